/** From here on the asymptotic series are exact to double precision. */
const ASYMPTOTIC = 12;

/** The logarithmic derivative of the gamma function, for x > 0 (Abramowitz and Stegun 6.3.5, 6.3.18). */
export function digamma(x: number): number {
  let shifted = 0;
  for (; x < ASYMPTOTIC; x++) shifted -= 1 / x;
  const r = 1 / (x * x);
  const series =
    r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - (r * 691) / 32760)))));
  return shifted + Math.log(x) - 0.5 / x - series;
}

/** The derivative of `digamma`, for x > 0 (Abramowitz and Stegun 6.4.6, 6.4.12). */
export function trigamma(x: number): number {
  let shifted = 0;
  for (; x < ASYMPTOTIC; x++) shifted += 1 / (x * x);
  const r = 1 / (x * x);
  const series = 1 / 6 - r * (1 / 30 - r * (1 / 42 - r * (1 / 30 - r * (5 / 66 - (r * 691) / 2730))));
  return shifted + (1 + 0.5 / x + r * series) / x;
}

/** The x with digamma(x) = y: five Newton steps from Minka's start (Estimating a Dirichlet distribution, appendix C). */
export function inverseDigamma(y: number): number {
  let x = y >= -2.22 ? Math.exp(y) + 0.5 : -1 / (y - digamma(1));
  for (let step = 0; step < 5; step++) x -= (digamma(x) - y) / trigamma(x);
  return x;
}
