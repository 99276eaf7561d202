/**
 * What a shift by 15 % of the side does (docs/presets.md#4.5, 4.6, 4.8, 4.9). `official`: +1 is right and down, by trunc(0.15 S) * S / (S - 1), bilinear, borders mirrored with
 * the edge pixel repeated. `paper`: +1 is left and up, by round(0.15 S), borders mirrored without repeating the edge. `fast`: +1 is right and down, by trunc(0.15 S),
 * borders mirrored with the edge pixel repeated.
 */
export type ShiftRule = 'official' | 'paper' | 'fast';

/** One axis of a shifted, flipped or extended image as a sparse matrix: output i is (1 - weight) * input[near] + weight * input[far]. */
export interface Axis {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly weight: Float32Array;
  /** All weights are zero: `far` need not be read. */
  readonly exact: boolean;
}

/** By how many pixels, and which way (positive: right and down), tx = +1 or ty = +1 moves the content of an image of side S. */
export function shiftOf(side: number, rule: ShiftRule): number {
  if (rule === 'paper') return -Math.round(0.15 * side);
  const whole = Math.trunc(0.15 * side);
  return rule === 'fast' ? whole : (whole * side) / (side - 1);
}

/** An axis of `side` pixels whose content moved by `amount` pixels after an optional flip. */
export function shiftedAxis(side: number, amount: number, flip: boolean, rule: ShiftRule): Axis {
  return axisFrom(side, side, (i) => i - amount, flip, rule);
}

/** An axis of `side` pixels after an optional flip, continued by its border rule: `before` pixels at the start, `after` at the end. */
export function extendedAxis(
  side: number,
  before: number,
  after: number,
  flip: boolean,
  rule: ShiftRule,
): Axis {
  return axisFrom(side, before + side + after, (i) => i - before, flip, rule);
}

function axisFrom(
  side: number,
  length: number,
  position: (i: number) => number,
  flip: boolean,
  rule: ShiftRule,
): Axis {
  const near = new Int32Array(length);
  const far = new Int32Array(length);
  const weight = new Float32Array(length);
  const oriented = (index: number): number => (flip ? side - 1 - index : index);
  for (let i = 0; i < length; i++) {
    const inside = rule === 'paper' ? mirrorAtCentre(position(i), side) : mirrorAtEdge(position(i), side);
    const floor = Math.floor(inside);
    near[i] = oriented(floor);
    far[i] = oriented(Math.min(floor + 1, side - 1));
    weight[i] = inside - floor;
  }
  return { near, far, weight, exact: weight.every((w) => w === 0) };
}

/** Reflects about -0.5 and side - 0.5, then clips to the pixel centres. */
function mirrorAtEdge(position: number, side: number): number {
  const period = 2 * side;
  const wrapped = (((position + 0.5) % period) + period) % period;
  const inside = (wrapped < side ? wrapped : period - wrapped) - 0.5;
  return Math.min(Math.max(inside, 0), side - 1);
}

/** Reflects about the centres of the first and the last pixel. */
function mirrorAtCentre(position: number, side: number): number {
  const period = Math.max(2 * (side - 1), 1);
  const wrapped = ((position % period) + period) % period;
  return wrapped < side ? wrapped : period - wrapped;
}
