import { forgetAll } from '../actions.ts';
import { checks, good, model, phase } from '../state.ts';
import { CheckStep } from './check-step.tsx';
import { GoodStep } from './good-step.tsx';
import { LearnStep } from './learn-step.tsx';
import { Notices } from './notices.tsx';
import { Results } from './results.tsx';
import { Training } from './training.tsx';
import { usePaste } from './use-paste.ts';

/** The whole page: three steps, what a training shows, and what was found. */
export function App() {
  usePaste();
  const empty = good.value.length === 0 && checks.value.length === 0 && !model.value;
  return (
    <>
      <header class="head">
        <div>
          <p class="brand">fsad</p>
          <h1>See where pictures differ from good ones</h1>
          <p class="lead">
            Show one to ten good pictures of a part or a surface. Everything is computed in this browser: no
            picture leaves it.
          </p>
        </div>
        {!empty && phase.value !== 'learning' && (
          <button type="button" class="quiet" onClick={forgetAll}>
            Forget everything
          </button>
        )}
      </header>
      <main>
        <Notices />
        <div class="steps">
          <GoodStep />
          <LearnStep />
          <CheckStep />
        </div>
        <Training />
        <Results />
      </main>
      <footer class="foot">
        <p>
          Pictures you learn from and the model stay in this browser until you forget them. The page works
          without a network after its first visit.
        </p>
      </footer>
    </>
  );
}
