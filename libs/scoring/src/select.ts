/** int(P f), at least 1: how many patches the fraction f of P patches is (docs/presets.md#8.11). @throws RangeError unless 0 < f <= 1. */
export function patchCount(patches: number, fraction: number): number {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new RangeError(`a fraction of patches must lie in (0, 1], got ${fraction}`);
  }
  return Math.max(Math.trunc(patches * fraction), 1);
}

/** Rearranges `values` so that the `count` smallest come first, in any order (quickselect with a median of three). */
export function smallestFirst(values: Float32Array, count: number): void {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = median(values[low], values[(low + high) >> 1], values[high]);
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const swapped = values[i];
        values[i++] = values[j];
        values[j--] = swapped;
      }
    }
    if (count - 1 <= j) high = j;
    else if (count - 1 >= i) low = i;
    else return;
  }
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** For each of the ascending `counts`, the sum of the that many smallest values; `values` is rearranged. */
export function smallestSums(values: Float32Array, counts: readonly number[]): number[] {
  const partial = counts.filter((count) => count < values.length);
  const largest = partial[partial.length - 1] ?? 0;
  if (largest > 0) {
    smallestFirst(values, largest);
    values.subarray(0, largest).sort();
  }
  const sums: number[] = [];
  let sum = 0;
  let taken = 0;
  for (const count of counts) {
    for (; taken < count; taken++) sum += values[taken];
    sums.push(sum);
  }
  return sums;
}
