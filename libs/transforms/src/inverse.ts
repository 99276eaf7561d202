import { turn } from './draw.ts';
import { shiftOf, type ShiftRule } from './shift.ts';
import type { Transform } from './transform.ts';

/** A square patch map brought back, and which of its entries the transformed image showed at all. */
export interface InvertedMap {
  readonly values: Float32Array;
  /** 1 where the value is known, 0 where the content had been shifted out; `values` is 0 there. */
  readonly seen: Uint8Array;
}

/**
 * T^-1 of a patch map [H, H] made from an image of side S under `transform` (Sec. 4.2): turned back, moved back, flipped back. Fractional shifts are
 * moved back by linear interpolation; mirrored borders are not read.
 */
export function invertOnMap(
  map: Float32Array,
  mapSide: number,
  transform: Transform,
  side: number,
  rule: ShiftRule,
): InvertedMap {
  const upright = new Float32Array(map.length);
  const stack = { count: 1, height: mapSide, width: mapSide, channels: 1 };
  turn(map, stack, (4 - transform.turns) % 4, false, upright);
  const { rows, columns } = inversePositions(mapSide, transform, side, rule);
  const values = new Float32Array(map.length);
  const seen = new Uint8Array(map.length);
  for (const [row, y] of rows.entries()) {
    if (y === null) continue;
    for (const [column, x] of columns.entries()) {
      if (x === null) continue;
      values[row * mapSide + column] = interpolate(upright, mapSide, y, x);
      seen[row * mapSide + column] = 1;
    }
  }
  return { values, seen };
}

/** Where in a map that was turned back each row and column of the image lies, between its entries where the shift is fractional; null where it had been shifted out. */
export function inversePositions(
  mapSide: number,
  { flip, tx, ty }: Transform,
  side: number,
  rule: ShiftRule,
): { readonly rows: readonly (number | null)[]; readonly columns: readonly (number | null)[] } {
  const shift = shiftOf(side, rule);
  const inside = (position: number): number | null =>
    position < 0 || position > mapSide - 1 ? null : position;
  const places = Array.from({ length: mapSide }, (_, i) => i);
  return {
    rows: places.map((row) => inside(row + ty * shift)),
    columns: places.map((column) => inside((flip ? mapSide - 1 - column : column) + tx * shift)),
  };
}

/** Bilinear between the entries around (y, x), which lies inside. */
function interpolate(map: Float32Array, side: number, y: number, x: number): number {
  const top = Math.floor(y);
  const left = Math.floor(x);
  const bottom = Math.min(top + 1, side - 1);
  const right = Math.min(left + 1, side - 1);
  const down = y - top;
  const along = x - left;
  const upper = (1 - along) * map[top * side + left] + along * map[top * side + right];
  const lower = (1 - along) * map[bottom * side + left] + along * map[bottom * side + right];
  return (1 - down) * upper + down * lower;
}
