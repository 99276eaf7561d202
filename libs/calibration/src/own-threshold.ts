import { binomialInterval, type Interval } from '@fsad/metrics';
import { levelOf, PASSED } from './threshold.ts';

/** How often a threshold errs: counted on pictures it was not chosen with, with the 95 % interval of Clopper and Pearson. */
export interface ErrorRate {
  readonly wrong: number;
  readonly of: number;
  readonly interval: Interval;
}

/** A threshold by pictures of one's own. */
export interface OwnThreshold {
  /** On the method's own scale. */
  readonly threshold: number;
  readonly falseAlarms: ErrorRate;
  /** Null without defective pictures. */
  readonly misses: ErrorRate | null;
}

/**
 * The threshold that good pictures, and defective ones where there are any, ask for. With good ones alone it passes 95 % of
 * them; with both it makes the sum of the two rates of error least, in the middle of the widest gap that does. Errors are
 * counted picture by picture at the threshold that the others ask for.
 * @param good raw scores. @param bad raw scores; may be empty.
 * @throws RangeError for fewer than two good pictures.
 */
export function ownThreshold(good: readonly number[], bad: readonly number[]): OwnThreshold {
  if (good.length < 2)
    throw new RangeError(`a threshold needs at least two good pictures, got ${good.length}`);
  const without = (values: readonly number[], i: number): number[] => values.filter((_, j) => j !== i);
  const alarms = good.filter((value, i) => good.length > 2 && value > choose(without(good, i), bad)).length;
  const missed = bad.filter((value, i) => value <= choose(good, without(bad, i))).length;
  return {
    threshold: choose(good, bad),
    falseAlarms: rate(alarms, good.length),
    misses: bad.length > 0 ? rate(missed, bad.length) : null,
  };
}

const rate = (wrong: number, of: number): ErrorRate => ({ wrong, of, interval: binomialInterval(wrong, of) });

function choose(good: readonly number[], bad: readonly number[]): number {
  return bad.length === 0 ? forGood(good) : between(good, bad);
}

/** From twenty pictures on the place in their order; below that Student's bound, which assumes they scatter normally. */
function forGood(good: readonly number[]): number {
  const rank = Math.ceil(PASSED * (good.length + 1));
  if (rank > good.length) return levelOf(good.map((value) => [value])).threshold;
  return Float64Array.from(good).sort()[rank - 1];
}

function between(good: readonly number[], bad: readonly number[]): number {
  const all = [
    ...good.map((value) => ({ value, bad: false })),
    ...bad.map((value) => ({ value, bad: true })),
  ];
  all.sort((a, b) => a.value - b.value);
  const last = all.length - 1;
  const margin = Math.max((all[last].value - all[0].value) / all.length, 1e-9);
  const edges = [all[0].value - 2 * margin, ...all.map(({ value }) => value), all[last].value + 2 * margin];
  let errors = 1;
  let best = { errors: Infinity, gap: 0, threshold: edges[0] };
  for (let i = 0; i + 1 < edges.length; i++) {
    // The threshold lies between edges[i] and edges[i + 1]; the first i pictures pass.
    if (i > 0) errors += all[i - 1].bad ? 1 / bad.length : -1 / good.length;
    const gap = edges[i + 1] - edges[i];
    if (gap === 0) continue;
    const better = errors < best.errors - 1e-9 || (errors < best.errors + 1e-9 && gap > best.gap);
    if (better) best = { errors, gap, threshold: edges[i] + gap / 2 };
  }
  return best.threshold;
}
