import { dismissNotices } from '../actions.ts';
import { model, notices } from '../state.ts';
import { caveatOf } from './words.ts';

/** What went wrong, and what a threshold from few pictures is worth. */
export function Notices() {
  return (
    <>
      {notices.value.length > 0 && (
        <div class="notices" role="alert">
          <ul>
            {notices.value.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          <button type="button" class="quiet" onClick={dismissNotices}>
            Dismiss
          </button>
        </div>
      )}
    </>
  );
}

/** What the number of pictures learned from means for the threshold; empty for nothing special. */
export function caveat(): string {
  const calibration = model.value?.calibration;
  if (!calibration)
    return model.value
      ? 'This model does not know what good pictures score, so there is no threshold. Learn here, or calibrate it by the command line.'
      : '';
  return caveatOf(calibration);
}
