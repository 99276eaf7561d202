/** A square map under a Gaussian of `deviation` pixels, cut at four of them; beyond the border there is nothing to average. */
export function smooth(map: Float32Array, side: number, deviation: number): Float32Array {
  const kernel = gaussian(deviation);
  return along(along(map, side, 1, side, kernel), side, side, 1, kernel);
}

/** `side` values of a row under the same Gaussian. */
export function smoothRow(row: Float32Array, deviation: number): Float32Array {
  return along(row, row.length, 1, row.length, gaussian(deviation), 1);
}

function gaussian(deviation: number): Float32Array {
  const reach = Math.ceil(4 * deviation);
  return Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)),
  );
}

/** Weighted means along one axis: neighbours are `step` apart, lines `line`. */
function along(
  map: Float32Array,
  side: number,
  step: number,
  line: number,
  kernel: Float32Array,
  lines = side,
): Float32Array {
  const reach = (kernel.length - 1) / 2;
  const result = new Float32Array(map.length);
  for (let start = 0, count = 0; count < lines; count++, start += line) {
    for (let i = 0; i < side; i++) {
      let [sum, weight] = [0, 0];
      for (let k = Math.max(0, i - reach); k <= Math.min(side - 1, i + reach); k++) {
        const share = kernel[k - i + reach];
        sum += share * map[start + k * step];
        weight += share;
      }
      result[start + i * step] = sum / weight;
    }
  }
  return result;
}
