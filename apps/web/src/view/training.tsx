import { losses, method, scales, type Losses } from '../state.ts';
import { Pixels } from './pixels.tsx';

const NAMES = ['real', 'fake', 'adversarial', 'reconstruction'] as const;

/** What HTDG shows while it learns: each finished scale, and the losses as they fall. */
export function Training() {
  if (method.value !== 'htdg' || losses.value.length === 0) return null;
  return (
    <section class="training">
      <h2>As it is learned</h2>
      <p class="hint">
        From coarse to fine: the picture at each scale, what the model rebuilds of it, and two it makes up.
      </p>
      <div class="scales">
        {losses.value.map((own, n) => {
          const done = scales.value[n];
          return (
            <figure key={n}>
              <div class="made">
                {done ? (
                  <Pixels image={done.real} label={`The picture at ${done.side} pixels`} />
                ) : (
                  Array.from({ length: 4 }, (_, i) => <span key={i} class="yet" />)
                )}
                {done?.reconstruction && <Pixels image={done.reconstruction} label="Rebuilt" />}
                {done?.samples.map((sample, i) => (
                  <Pixels key={i} image={sample} label={`Made up ${i + 1}`} />
                ))}
              </div>
              <Curves losses={own} scale={n + 1} />
              <figcaption>
                Scale {n + 1}
                {done ? `, ${done.side} px` : ', learning'}
              </figcaption>
            </figure>
          );
        })}
      </div>
      <p class="legend">
        {NAMES.map((name) => (
          <span key={name} class={name}>
            {name}
          </span>
        ))}{' '}
        losses, each on its own scale
      </p>
    </section>
  );
}

function Curves({ losses: own, scale }: { readonly losses: Losses; readonly scale: number }) {
  return (
    <svg
      class="curves"
      viewBox="0 0 200 60"
      role="img"
      aria-label={`Losses of scale ${scale}`}
      preserveAspectRatio="none"
    >
      {NAMES.map((name) => own[name] && <polyline key={name} class={name} points={pointsOf(own[name])} />)}
    </svg>
  );
}

/** At most two hundred points, the largest value at the top. */
function pointsOf(values: readonly number[]): string {
  const most = Math.max(...values, 1e-9);
  const step = Math.max(1, Math.floor(values.length / 200));
  return values
    .filter((_, i) => i % step === 0)
    .map(
      (value, i, all) =>
        `${((i / Math.max(1, all.length - 1)) * 200).toFixed(1)},${(58 - (56 * value) / most).toFixed(1)}`,
    )
    .join(' ');
}
