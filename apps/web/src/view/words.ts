import { doubtOf, type Calibration } from '@fsad/calibration';
import { duration } from '@fsad/files';

/** A span of time as it is told while one waits: no fractions. */
export const seconds = (value: number): string =>
  value < 1 ? 'a second' : duration(value < 59.5 ? Math.round(value) : value).replace(/\.0 s/, ' s');

/** Three digits, as the threshold has them. */
export const score = (value: number): string => value.toFixed(3);

export const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** What the pictures learned from mean for the threshold; empty for nothing special. */
export function caveatOf(calibration: Calibration): string {
  const { pictures } = calibration;
  const doubt = doubtOf(calibration);
  switch (doubt?.kind) {
    case 'odd':
      return `Good picture ${doubt.number} of ${pictures}${doubt.name === null ? '' : `, ${doubt.name},`} scores far above what the others let one expect, and raises the threshold for all: look at it, and learn without it unless it is good.`;
    case 'one':
      return 'Learned from one picture: the threshold knows nothing of how good pictures differ. Expect false alarms, add good pictures, or move it.';
    case 'few':
      return `The threshold rests on ${pictures} pictures and is rough below four.`;
    case undefined:
      return '';
  }
}
