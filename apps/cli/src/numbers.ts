/** The least and the most that options with whole numbers take, whichever command has them. */
const WHOLE: Readonly<Record<string, readonly [least: number, most: number]>> = {
  count: [1, Infinity],
  iterations: [1, Infinity],
  limit: [1, Infinity],
  port: [0, 65_535],
  requests: [1, Infinity],
  resolution: [1, Infinity],
  // A computer counts these exactly, with what is added to them.
  seed: [-(2 ** 52), 2 ** 52],
  shares: [1, Infinity],
  shots: [1, Infinity],
  'test-subset': [1, Infinity],
  threads: [1, Infinity],
  trial: [0, Infinity],
  trials: [1, Infinity],
  workers: [1, Infinity],
};

/** Options with any number above zero. */
const ABOVE_ZERO = ['fraction', 'max-megabytes', 'max-megapixels', 'memory', 'seconds'];

/** Names of all options whose numbers are checked here. */
export const NUMBERS: readonly string[] = [...Object.keys(WHOLE), ...ABOVE_ZERO];

/** @throws Error naming an option that was given a number it does not take. */
export function requireNumbers(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'number') continue;
    if (ABOVE_ZERO.includes(name) && !(value > 0 && value < Infinity)) {
      throw new Error(`--${name} takes a number above 0, got ${value}`);
    }
    if (!Object.hasOwn(WHOLE, name)) continue;
    const [least, most] = WHOLE[name];
    if (Number.isSafeInteger(value) && value >= least && value <= most) continue;
    throw new Error(`--${name} takes a whole number ${range(least, most)}, got ${value}`);
  }
}

function range(least: number, most: number): string {
  if (most === Infinity) return `of at least ${least}`;
  return least < 0 ? 'up to 2^52' : `from ${least} to ${most}`;
}
