/** One comparison with a published fixture: the largest error found in a quantity, and the largest allowed. */
export interface FixtureCheck {
  /** Name of the fixture file. */
  readonly file: string;
  readonly quantity: string;
  /** Infinity where shapes differ or a value is not a number. */
  readonly largestError: number;
  readonly tolerance: number;
}

/** Largest |a - b|; Infinity where lengths differ or a value is not a number. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (Number.isNaN(difference)) return Infinity;
    largest = Math.max(largest, difference);
  }
  return largest;
}

/** Largest magnitude over all entries. */
export function largestMagnitude(arrays: Iterable<ArrayLike<number>>): number {
  let largest = 0;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  }
  return largest;
}
