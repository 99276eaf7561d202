import { digamma, inverseDigamma } from './digamma.ts';

/** Euler's constant with its sign: digamma(1). */
const DIGAMMA_ONE = digamma(1);
const LARGEST_START = 1e6;
const ROUNDS = 1000;
const CHANGE = 1e-9;

/** Probabilities are kept from below, since a softmax that underflows would make a logarithm infinite. */
export const SMALLEST_PROBABILITY = 1e-7;

/** A row's logarithms, from below as SMALLEST_PROBABILITY says. */
export function logarithms(row: ArrayLike<number>): Float64Array {
  return Float64Array.from(row, (value) => Math.log(Math.max(value, SMALLEST_PROBABILITY)));
}

/**
 * How concentrated a Dirichlet distribution over these rows is to begin with (the factor of the mean vector). Not finite, not positive or
 * beyond 1e6 where the rows do not differ, in particular for a single one: then there is nothing to fit.
 */
export function startingConcentration(rows: readonly Float64Array[]): number {
  const categories = rows[0].length;
  const mean = meanOf(rows.map((row) => row.map(Math.exp)));
  let entropy = 0;
  for (let j = 0; j < categories; j++) {
    entropy += rows.length * mean[j] * Math.log(mean[j]);
    for (const row of rows) entropy -= mean[j] * row[j];
  }
  return (rows.length * (categories - 1) * -DIGAMMA_ONE) / entropy;
}

/**
 * Maximum-likelihood Dirichlet parameters of `rows`, each the logarithms of a probability vector, by Minka's fixed point. Where it has not
 * settled after 1,000 rounds the last value stands.
 * @returns null where `startingConcentration` shows that there is nothing to fit.
 */
export function fitDirichlet(rows: readonly Float64Array[]): Float64Array | null {
  if (rows.length < 2) return null;
  const start = startingConcentration(rows);
  if (!(start > 0 && start <= LARGEST_START)) return null;
  const target = meanOf(rows);
  let alpha = meanOf(rows.map((row) => row.map(Math.exp))).map((value) => value * start);
  for (let round = 0; round < ROUNDS; round++) {
    const total = digamma(alpha.reduce((sum, value) => sum + value, 0));
    const next = target.map((value) => inverseDigamma(total + value));
    const change = Math.hypot(...next.map((value, j) => value - alpha[j]));
    alpha = next;
    if (change < CHANGE) break;
  }
  return alpha;
}

/** sum over j of (alpha_j - 1) log p_j: the log-likelihood of a row without its constant. */
export function dirichletScore(alpha: ArrayLike<number>, row: Float64Array): number {
  return row.reduce((sum, value, j) => sum + (alpha[j] - 1) * value, 0);
}

function meanOf(rows: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(rows[0].length);
  for (const row of rows) for (let j = 0; j < mean.length; j++) mean[j] += row[j] / rows.length;
  return mean;
}
