import { choose, learn, stop } from '../actions.ts';
import type { MethodName } from '../messages.ts';
import { good, method, model, phase, progress } from '../state.ts';
import { ModelFiles } from './model-files.tsx';
import { seconds } from './words.ts';

const METHODS: readonly { readonly name: MethodName; readonly title: string; readonly words: string }[] = [
  {
    name: 'patchcore',
    title: 'Features',
    words: 'Parts and most surfaces, in seconds to a minute. Knows everyday pictures.',
  },
  {
    name: 'htdg',
    title: 'From scratch',
    words: 'Surfaces unlike any photograph, in minutes. Shows what it makes of them.',
  },
];

/** Step 2: what learns, and how far it is. */
export function LearnStep() {
  const busy = phase.value === 'learning';
  return (
    <section class="step">
      <h2>
        <span class="number">2</span> Learn what is normal
      </h2>
      <fieldset class="methods" disabled={busy}>
        <legend class="unseen">How</legend>
        {METHODS.map(({ name, title, words }) => (
          <label key={name} class={method.value === name ? 'chosen' : ''}>
            <input type="radio" name="method" checked={method.value === name} onChange={() => choose(name)} />
            <span>
              <strong>{title}</strong>
              <span>{words}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {busy ? (
        <button type="button" class="main" onClick={stop}>
          Stop
        </button>
      ) : (
        <button
          type="button"
          class="main"
          disabled={good.value.length === 0 || phase.value === 'starting'}
          onClick={learn}
        >
          Learn
        </button>
      )}
      <Status />
      <ModelFiles />
    </section>
  );
}

/** The status is told to screen readers, stage by stage; the count and the estimate change too often for that. */
function Status() {
  const { value: now } = progress;
  const left = now?.left == null ? '' : `, about ${seconds(now.left)} left`;
  return (
    <>
      {phase.value === 'learning' && <progress aria-label="Progress" value={now?.whole} />}
      <p class="status" role="status">
        {statusWords()}
      </p>
      {phase.value === 'learning' && now && (
        <p class="count">
          {Math.floor(100 * now.whole)} %{left}
        </p>
      )}
    </>
  );
}

function statusWords(): string {
  const { value: now } = progress;
  switch (phase.value) {
    case 'starting':
      return 'Getting ready';
    case 'idle':
      return good.value.length === 0 ? 'Waiting for good pictures' : 'Ready';
    case 'learning':
      return now ? sentence(now.stage) : 'Reading the pictures';
    case 'stopped':
      return 'Stopped. What was learned is kept, and learning goes on from there.';
    case 'learned': {
      const { value: ready } = model;
      const took = ready?.seconds ? ` in ${seconds(ready.seconds)}` : '';
      const pictures = ready?.calibration?.pictures;
      return `Learned${took}${pictures ? ` from ${pictures} ${pictures === 1 ? 'picture' : 'pictures'}` : ''}`;
    }
  }
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
