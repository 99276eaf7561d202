import { extendedAxis, shiftedAxis, shiftOf, type Axis, type ShiftRule } from './shift.ts';
import type { Transform } from './transform.ts';

/** How the M copies of an image are laid out: one canvas each, or shifted copies as windows of shared canvases (integer shifts only). */
export type Sharing = 'separate' | 'shared';

/** A window of a canvas: the copy under transformation number `transform`. */
export interface PlannedWindow {
  readonly top: number;
  readonly left: number;
  readonly transform: number;
}

/** One canvas: rows and columns drawn from the image, then turned, then perhaps grey. */
export interface PlannedCanvas {
  readonly turns: number;
  readonly grey: boolean;
  /** Sides after the turn. */
  readonly height: number;
  readonly width: number;
  readonly windows: readonly PlannedWindow[];
}

/** Canvases that differ only by turn and colour, and so are drawn once. */
export interface Drawing {
  readonly rows: Axis;
  readonly columns: Axis;
  /** Numbers of the canvases made from it. */
  readonly canvases: readonly number[];
}

/** Everything about a list of transformations at one side that does not depend on the images; made once a scale. */
export interface CopyPlan {
  readonly transforms: readonly Transform[];
  readonly side: number;
  readonly rule: ShiftRule;
  readonly sharing: Sharing;
  readonly canvases: readonly PlannedCanvas[];
  readonly drawings: readonly Drawing[];
}

interface Layout {
  readonly key: string;
  readonly rows: () => Axis;
  readonly columns: () => Axis;
  readonly canvas: PlannedCanvas;
}

/**
 * Plans the transformed copies of images of side S. Sharing is exact (docs/canvas-sharing.md#windows: a shifted copy is a window of the mirrored image).
 * @throws RangeError when shared canvases are asked for a fractional shift, or there is no transformation.
 */
export function planCopies(
  transforms: readonly Transform[],
  side: number,
  rule: ShiftRule,
  sharing: Sharing,
): CopyPlan {
  if (transforms.length === 0) throw new RangeError('a plan needs at least one transformation');
  if (sharing === 'shared' && rule === 'official') {
    throw new RangeError('the official shift is fractional: its copies are no windows of a shared canvas');
  }
  const layouts = sharing === 'separate' ? separate(transforms, side, rule) : shared(transforms, side, rule);
  const drawings = new Map<string, { rows: Axis; columns: Axis; canvases: number[] }>();
  for (const [i, { key, rows, columns }] of layouts.entries()) {
    const drawing = drawings.get(key);
    if (drawing) drawing.canvases.push(i);
    else drawings.set(key, { rows: rows(), columns: columns(), canvases: [i] });
  }
  return {
    transforms,
    side,
    rule,
    sharing,
    canvases: layouts.map(({ canvas }) => canvas),
    drawings: [...drawings.values()],
  };
}

function separate(transforms: readonly Transform[], side: number, rule: ShiftRule): Layout[] {
  const shift = shiftOf(side, rule);
  return transforms.map(({ grey, flip, tx, ty, turns }, transform) => ({
    key: `${flip}/${tx}/${ty}`,
    rows: () => shiftedAxis(side, ty * shift, false, rule),
    columns: () => shiftedAxis(side, tx * shift, flip, rule),
    canvas: { turns, grey, height: side, width: side, windows: [{ top: 0, left: 0, transform }] },
  }));
}

function shared(transforms: readonly Transform[], side: number, rule: ShiftRule): Layout[] {
  const groups = new Map<string, number[]>();
  for (const [i, { grey, flip, turns }] of transforms.entries()) {
    const key = `${grey}/${flip}/${turns}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  const shift = shiftOf(side, rule);
  return [...groups.values()].map((members) => {
    const { grey, flip, turns } = transforms[members[0]];
    const x = reach(members.map((i) => transforms[i].tx * shift));
    const y = reach(members.map((i) => transforms[i].ty * shift));
    const height = y.before + side + y.after;
    const width = x.before + side + x.after;
    const windows = members.map((transform) => ({
      transform,
      ...turnWindow(
        y.before - transforms[transform].ty * shift,
        x.before - transforms[transform].tx * shift,
        { height, width, side, turns },
      ),
    }));
    const lying = turns % 2 === 1;
    return {
      key: `${flip}/${x.before}/${x.after}/${y.before}/${y.after}`,
      rows: () => extendedAxis(side, y.before, y.after, false, rule),
      columns: () => extendedAxis(side, x.before, x.after, flip, rule),
      canvas: { turns, grey, height: lying ? width : height, width: lying ? height : width, windows },
    };
  });
}

/** How far a canvas must reach beyond the image so that content moved by each of `amounts` is a window of it. */
function reach(amounts: readonly number[]): { before: number; after: number } {
  return { before: Math.max(0, ...amounts), after: Math.max(0, ...amounts.map((amount) => -amount)) };
}

/** Where a window of a height x width canvas lies after quarter turns anticlockwise of the canvas. */
function turnWindow(
  top: number,
  left: number,
  { height, width, side, turns }: { height: number; width: number; side: number; turns: number },
): { top: number; left: number } {
  if (turns === 0) return { top, left };
  const turned = { height: width, width: height, side, turns: turns - 1 };
  return turnWindow(width - left - side, top, turned);
}
