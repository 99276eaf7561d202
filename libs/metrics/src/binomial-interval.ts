import { betaRegularised } from './distributions.ts';
import type { Interval } from './summary.ts';

/**
 * The interval of Clopper and Pearson (1934) for the share of successes: it covers the true share at least as often as it says.
 * @throws RangeError unless 0 <= successes <= trials and trials >= 1, in whole numbers
 */
export function binomialInterval(successes: number, trials: number, level = 0.95): Interval {
  if (
    !Number.isInteger(successes) ||
    !Number.isInteger(trials) ||
    trials < 1 ||
    successes < 0 ||
    successes > trials
  ) {
    throw new RangeError(`${successes} of ${trials} is no count of successes`);
  }
  const tail = (1 - level) / 2;
  // P(X >= s) = I_p(s, n - s + 1).
  const atLeast =
    (s: number) =>
    (p: number): number =>
      betaRegularised(p, s, trials - s + 1);
  return {
    low: successes === 0 ? 0 : rootOf(atLeast(successes), tail),
    high: successes === trials ? 1 : rootOf(atLeast(successes + 1), 1 - tail),
    level,
  };
}

/** Where an increasing function of 0 to 1 reaches a value. */
function rootOf(f: (p: number) => number, value: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
