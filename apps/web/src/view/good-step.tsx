import { addGood, removeGood, tryWith } from '../actions.ts';
import { good, oddGood, phase } from '../state.ts';
import { PictureInput } from './picture-input.tsx';

/** Step 1: pictures to learn from. */
export function GoodStep() {
  const busy = phase.value === 'learning';
  return (
    <section class="step">
      <h2>
        <span class="number">1</span> Good pictures
      </h2>
      <PictureInput
        name="Good pictures"
        hint="one to ten; four or more set a firm threshold"
        step={1}
        add={(pictures) => void addGood(pictures)}
        disabled={busy}
      />
      {good.value.length > 0 ? (
        <ul class="thumbnails">
          {good.value.map(({ id, name, shown, width, height }) => (
            <li key={id} class={id === oddGood.value ? 'odd' : undefined}>
              <img src={shown} alt={`${name}, ${width} x ${height} pixels`} title={name} />
              {id === oddGood.value && <span class="flag">unlike the others</span>}
              {!busy && (
                <button type="button" aria-label={`Remove ${name}`} onClick={() => removeGood(id)}>
                  ×
                </button>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p class="try">
          No pictures at hand? Try{' '}
          <button
            type="button"
            class="link"
            disabled={phase.value !== 'idle' && phase.value !== 'learned'}
            onClick={() => tryWith('surface')}
          >
            a surface
          </button>{' '}
          or{' '}
          <button
            type="button"
            class="link"
            disabled={phase.value !== 'idle' && phase.value !== 'learned'}
            onClick={() => tryWith('part')}
          >
            a part
          </button>{' '}
          drawn for you.
        </p>
      )}
    </section>
  );
}
