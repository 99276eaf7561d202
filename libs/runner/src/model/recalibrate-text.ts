import type { ErrorRate } from '@fsad/calibration';
import { percent } from '@fsad/files';
import type { MovedThreshold } from './recalibrate.ts';

/**
 * A moved threshold in lines for people: where it lies, what it and the one before make of the pictures, and which errors are to be expected.
 * @param good how many good pictures it was moved by
 * @param bad how many defective ones
 */
export function recalibrateText(moved: MovedThreshold, good: number, bad: number): string {
  const { threshold, falseAlarms, misses, before } = moved;
  const counts = (alarms: number, missed: number): string =>
    `${alarms} of ${good} good ones called defective` +
    (bad > 0 ? `, ${missed} of ${bad} defective ones missed` : '');
  return [
    `threshold ${threshold.toPrecision(5)} on the method's own scale, 0.5 on the scale of 0 to 1`,
    before
      ? `before ${before.threshold.toPrecision(5)}: ${counts(before.falseAlarms, before.misses)}`
      : 'before there was none',
    expected('false alarms', falseAlarms),
    misses ? expected('misses', misses) : 'misses are unknown without --bad',
  ].join('\n');
}

function expected(what: string, { wrong, of, interval }: ErrorRate): string {
  return (
    `expected ${what}: ${percent(wrong / of)}, ${percent(interval.low)} to ${percent(interval.high)} ` +
    `(${wrong} of ${of} at the threshold the others ask for; 95 % interval)`
  );
}
