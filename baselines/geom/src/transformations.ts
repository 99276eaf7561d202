/** Which transformations are told apart: all 72, or the 8 without shifts (GOAD's `simple`). */
export type TransformationSet = 'all' | 'simple';

/**
 * The 72 geometric transformations as maps from output pixel to input pixel: horizontal flip, then a shift of `shift` pixels by half-sample
 * reflection, then quarter turns anticlockwise. Index ((flip * 3 + rows) * 3 + columns) * 4 + turns with shifts in the order 0, -s, +s; a
 * positive shift moves content up or left (GEOM, `transformations.py`). `simple` leaves the shifts out: index flip * 4 + turns.
 */
export function transformationMaps(side: number, shift: number, set: TransformationSet): Int32Array[] {
  const shifts = set === 'all' ? [0, -shift, shift] : [0];
  const maps: Int32Array[] = [];
  for (const flip of [false, true]) {
    for (const rows of shifts) {
      for (const columns of shifts) {
        for (let turns = 0; turns < 4; turns++) maps.push(mapOf(side, flip, rows, columns, turns));
      }
    }
  }
  return maps;
}

function mapOf(side: number, flip: boolean, rows: number, columns: number, turns: number): Int32Array {
  const map = new Int32Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      let [r, c] = [row, column];
      for (let turn = 0; turn < turns; turn++) [r, c] = [c, side - 1 - r];
      r = reflect(r + rows, side);
      c = reflect(c + columns, side);
      map[row * side + column] = r * side + (flip ? side - 1 - c : c);
    }
  }
  return map;
}

/** Half-sample symmetric reflection: the edge pixel is repeated. */
export function reflect(position: number, side: number): number {
  const wrapped = ((position % (2 * side)) + 2 * side) % (2 * side);
  return wrapped < side ? wrapped : 2 * side - 1 - wrapped;
}

/** Copies one transformed image [side, side, channels] from `source` at `from` to `target` at `to`. */
export function transformInto(
  source: Float32Array,
  from: number,
  map: Int32Array,
  channels: number,
  target: Float32Array,
  to: number,
): void {
  for (let pixel = 0; pixel < map.length; pixel++) {
    const input = from + map[pixel] * channels;
    const output = to + pixel * channels;
    for (let c = 0; c < channels; c++) target[output + c] = source[input + c];
  }
}

/** All transformed copies of one image, one after another. */
export function allCopies(
  source: Float32Array,
  from: number,
  maps: readonly Int32Array[],
  channels: number,
): Float32Array {
  const size = maps[0].length * channels;
  const copies = new Float32Array(maps.length * size);
  maps.forEach((map, t) => transformInto(source, from, map, channels, copies, t * size));
  return copies;
}
