import { stringify } from 'csv-stringify/browser/esm/sync';
import { csvCell } from '@fsad/files';
import { thresholdByMarks } from '../actions.ts';
import { checks, errors, judged, model, strength, threshold, worstFirst } from '../state.ts';
import { download } from './files.ts';
import { Histogram } from './histogram.tsx';
import { counted, score } from './words.ts';

/** Threshold, what the marks say of it, strength of the maps, order, and the table as CSV. */
export function ResultTools() {
  const calibrated = model.value?.calibration;
  return (
    <div class="tools">
      {calibrated && (
        <div class="threshold">
          <Histogram />
          <label>
            <span>
              Threshold <b>{score(threshold.value)}</b>
            </span>
            <input
              type="range"
              min="0.001"
              max="0.999"
              step="0.001"
              value={threshold.value}
              onInput={({ currentTarget }) => (threshold.value = Number(currentTarget.value))}
            />
          </label>
        </div>
      )}
      <div class="controls">
        {calibrated && <Marked />}
        <label>
          <span>Strength of the heat map</span>
          <input
            type="range"
            min="0"
            max="1"
            step="0.05"
            value={strength.value}
            onInput={({ currentTarget }) => (strength.value = Number(currentTarget.value))}
          />
        </label>
        <div class="row">
          <label class="tick">
            <input
              type="checkbox"
              checked={worstFirst.value}
              onChange={({ currentTarget }) => (worstFirst.value = currentTarget.checked)}
            />
            Most anomalous first
          </label>
          <button type="button" class="quiet" onClick={() => download(csv(), 'fsad-results.csv', 'text/csv')}>
            Download CSV
          </button>
        </div>
      </div>
    </div>
  );
}

function Marked() {
  const { good, bad, falseAlarms, misses } = errors.value;
  if (good.length + bad.length === 0) {
    return <p class="hint">Mark pictures as good or bad, and see how often the threshold errs.</p>;
  }
  return (
    <p class="hint">
      {counted(falseAlarms, 'false alarm', 'false alarms')} of {good.length} marked good,{' '}
      {counted(misses, 'miss', 'misses')} of {bad.length} marked bad.{' '}
      {good.length >= 2 && (
        <button type="button" class="link" onClick={thresholdByMarks}>
          Set the threshold by marks
        </button>
      )}
    </p>
  );
}

/** As `fsad score` writes it, with the marks where there are any; the method's own scores for a model without a threshold. */
function csv(): string {
  const marked = checks.value.some(({ mark }) => mark);
  const rows = model.value?.calibration
    ? judged.value.map(({ name, score, decision, mark }) => ({
        picture: name,
        score,
        decision,
        ...(marked && { mark: mark ?? '' }),
      }))
    : checks.value.flatMap(({ name, found }) => (found ? [{ picture: name, raw: found.raw }] : []));
  return stringify(rows, { header: true, cast: { string: csvCell } });
}
