import type { Score } from './detector.ts';

/** Every number of a score but the score itself, by a name for tables: `scale/0`, `fraction/0.05`, further parts by theirs. */
export function scoreColumns({ scales = [], fractions = [], parts = {} }: Score): Record<string, number> {
  return {
    ...Object.fromEntries(scales.map((value, n) => [`scale/${n}`, value])),
    ...Object.fromEntries(fractions.map(({ fraction, value }) => [`fraction/${fraction}`, value])),
    ...parts,
  };
}
