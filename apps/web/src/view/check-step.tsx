import { addChecks, clearChecks } from '../actions.ts';
import { checks, judged, model } from '../state.ts';
import { PictureInput } from './picture-input.tsx';
import { counted } from './words.ts';

/** Step 3: pictures to look at. */
export function CheckStep() {
  const all = checks.value;
  const done = all.filter(({ found, unreadable }) => found || unreadable).length;
  const defective = judged.value.filter(({ decision }) => decision === 'defective').length;
  return (
    <section class="step">
      <h2>
        <span class="number">3</span> Pictures to check
      </h2>
      <PictureInput name="Pictures to check" hint="as many as you like" step={3} add={addChecks} />
      {all.length > 0 && (
        <p class="tally">
          {model.value
            ? `${done} of ${counted(all.length, 'picture', 'pictures')} checked, ${defective} defective`
            : `${counted(all.length, 'picture waits', 'pictures wait')} until something is learned`}{' '}
          <button type="button" class="link" onClick={clearChecks}>
            Clear
          </button>
        </p>
      )}
    </section>
  );
}
