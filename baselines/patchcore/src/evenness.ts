/**
 * What distances at each place of a `grid` x `grid` grid are multiplied by, so that they are as large along the border as inside: patches at the border, where the
 * network sees nothing beyond, are farther from all others.
 * @param distances of good pictures, `grid * grid` each
 * @param border how many cells from the border differ from those inside
 */
export function evennessOf(distances: readonly Float32Array[], grid: number, border: number): Float32Array {
  const depths = Array.from({ length: grid * grid }, (_, place) => Math.min(border, depthOf(place, grid)));
  const sum = new Float64Array(border + 1);
  const count = new Float64Array(border + 1);
  for (const values of distances) {
    for (const [place, depth] of depths.entries()) {
      sum[depth] += values[place];
      count[depth]++;
    }
  }
  // A grid so small that no place lies inside takes the innermost for it.
  const inside = Math.max(...depths);
  const usual = sum.map((value, depth) => value / count[depth]);
  return Float32Array.from(depths, (depth) => (usual[depth] > 0 ? usual[inside] / usual[depth] : 1));
}

/** Cells between a place and the border; 0 along it. */
function depthOf(place: number, grid: number): number {
  const [row, column] = [Math.floor(place / grid), place % grid];
  return Math.min(row, column, grid - 1 - row, grid - 1 - column);
}
