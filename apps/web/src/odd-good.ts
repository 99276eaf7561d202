import { doubtOf, type Calibration } from '@fsad/calibration';

/**
 * The id of the good picture that a model found unlike the others it learned from; null where none is, or where it cannot be told.
 * @param learnedFrom ids of the pictures it learned from, in order; null for a model of other times and places, which knows a name alone
 * @param good the pictures that are shown
 */
export function oddGoodOf(
  calibration: Calibration | null | undefined,
  learnedFrom: readonly number[] | null,
  good: readonly { readonly id: number; readonly name: string }[],
): number | null {
  const doubt = calibration ? doubtOf(calibration) : null;
  if (doubt?.kind !== 'odd') return null;
  if (learnedFrom) return learnedFrom[doubt.number - 1] ?? null;
  const called = good.filter(({ name }) => name === doubt.name);
  return called.length === 1 ? called[0].id : null;
}
