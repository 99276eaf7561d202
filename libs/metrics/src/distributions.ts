/** Quantile of the standard normal distribution. @throws RangeError outside (0, 1). */
export function normalQuantile(probability: number): number {
  return quantile(probability, normalDistribution);
}

/**
 * Quantile of Student's t distribution.
 * @param degrees degrees of freedom, any positive number (Welch's are fractional)
 * @throws RangeError for a probability outside (0, 1) or degrees that are not positive
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(degrees > 0)) throw new RangeError(`Student's t needs positive degrees of freedom, got ${degrees}`);
  return quantile(probability, (t) => studentDistribution(t, degrees));
}

/** Probability that a standard normal variable is at most `z`. */
export function normalDistribution(z: number): number {
  // Through the incomplete gamma function: erf(x) = P(1/2, x^2).
  const half = z * z * 0.5;
  const tail = half < 1.5 ? 1 - gammaSeries(half) : gammaFraction(half);
  return z < 0 ? tail / 2 : 1 - tail / 2;
}

/** Probability that a Student t variable with `degrees` degrees of freedom is at most `t`. */
export function studentDistribution(t: number, degrees: number): number {
  const tail = betaRegularised(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t < 0 ? tail : 1 - tail;
}

/** Inverts a symmetric distribution function by bisection to the last bit that matters. */
function quantile(probability: number, distribution: (value: number) => number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`a quantile needs a probability between 0 and 1, got ${probability}`);
  }
  if (probability === 0.5) return 0;
  const lower = Math.min(probability, 1 - probability);
  let near = 0;
  let far = -1;
  while (distribution(far) > lower) far *= 2;
  for (let i = 0; i < 100 && near - far > 1e-15 * Math.abs(far); i++) {
    const middle = (near + far) / 2;
    if (distribution(middle) > lower) near = middle;
    else far = middle;
  }
  return probability < 0.5 ? far : -far;
}

/** P(1/2, x) by its power series; for small x. */
function gammaSeries(x: number): number {
  if (x === 0) return 0;
  let term = 2;
  let sum = term;
  for (let k = 1; Math.abs(term) > 1e-17 * sum; k++) {
    term *= x / (k + 0.5);
    sum += term;
  }
  return (sum * Math.exp(-x) * Math.sqrt(x)) / Math.sqrt(Math.PI);
}

/** Q(1/2, x) by Lentz's continued fraction; for large x. */
function gammaFraction(x: number): number {
  const value = continuedFraction(
    x + 0.5,
    (k) => -k * (k - 0.5),
    (k) => x + 2 * k + 0.5,
  );
  return (Math.exp(-x) * Math.sqrt(x)) / Math.sqrt(Math.PI) / value;
}

/** Regularised incomplete beta function I_x(a, b) (DLMF 8.17.22, Lentz's method). */
export function betaRegularised(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaRegularised(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b));
  const numerator = (j: number): number => {
    const m = j >> 1;
    return j % 2 === 0
      ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
      : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
  };
  return front / a / continuedFraction(1, numerator, () => 1);
}

/** b0 + a1/(b1 + a2/(b2 + ...)) by the modified Lentz method. */
function continuedFraction(first: number, a: (k: number) => number, b: (k: number) => number): number {
  const tiny = 1e-300;
  let value = first || tiny;
  let c = value;
  let d = 0;
  for (let k = 1; k <= 10_000; k++) {
    d = b(k) + a(k) * d || tiny;
    c = b(k) + a(k) / c || tiny;
    d = 1 / d;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return value;
}

/** log Gamma(x) for x > 0: Stirling's series after shifting x above 10. */
function logGamma(x: number): number {
  let shift = 0;
  while (x < 10) shift += Math.log(x++);
  const inverse = 1 / (x * x);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
