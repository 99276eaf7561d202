/** One of the M transformations of Sec. 3.1: flip, then shift, then rotation, then grey. */
export interface Transform {
  /** Replace the colours by 0.299 R + 0.587 G + 0.114 B in all three channels. */
  readonly grey: boolean;
  /** Mirror left and right. */
  readonly flip: boolean;
  /** Direction of the shift by 15 % of the side; which way is positive the shift rule says. */
  readonly tx: -1 | 0 | 1;
  readonly ty: -1 | 0 | 1;
  /** Quarter turns anticlockwise. */
  readonly turns: 0 | 1 | 2 | 3;
}

const SIGNS = [-1, 1, 0] as const;
const BOTH = [false, true] as const;
const TURNS = [0, 1, 2, 3] as const;

const still: Transform = { grey: false, flip: false, tx: 0, ty: 0, turns: 0 };

/** T33 .. T38: flips, any horizontal shift, negative vertical shift. */
const negativeVertical = BOTH.flatMap((flip) =>
  SIGNS.map((tx): Transform => ({ ...still, flip, tx, ty: -1 })),
);

/** T1 .. T32: flips, shifts of 0 or +1 along each axis, all turns. */
const turnedShifts = BOTH.flatMap((flip) =>
  ([0, 1] as const).flatMap((tx) =>
    ([0, 1] as const).flatMap((ty) => TURNS.map((turns): Transform => ({ ...still, flip, tx, ty, turns }))),
  ),
);

/** T43 .. T50: grey, flips, all turns. */
const turnedGreys = BOTH.flatMap((flip) =>
  TURNS.map((turns): Transform => ({ ...still, grey: true, flip, turns })),
);

/** T39 .. T42: flips, negative horizontal shift, vertical shift of +1 or 0. */
const negativeHorizontal = BOTH.flatMap((flip) =>
  ([1, 0] as const).map((ty): Transform => ({ ...still, flip, tx: -1, ty })),
);

/** T51 .. T54: grey, one shift. */
const shiftedGreys = [
  ...([1, -1] as const).map((tx): Transform => ({ ...still, grey: true, tx })),
  ...([1, -1] as const).map((ty): Transform => ({ ...still, grey: true, ty })),
];

/** The 54 transformations of colour images (supplement, section 1), in the published code's order before it shuffles (docs/presets.md#4.12). */
export const colourTransforms: readonly Transform[] = [
  ...negativeVertical,
  ...turnedShifts,
  ...turnedGreys,
  ...negativeHorizontal,
  ...shiftedGreys,
];

/** The 42 transformations of grey images: those that leave colour alone. */
export const greyTransforms: readonly Transform[] = colourTransforms.filter(({ grey }) => !grey);

/** The four rotations ("Ours2" of Sec. 4.2). */
export const rotations: readonly Transform[] = TURNS.map((turns) => ({ ...still, turns }));

/** The transformation of a tuple (grey, flip, tx, ty, turns), as the published code prints it. @throws RangeError when an entry is out of its range. */
export function fromTuple(tuple: readonly number[]): Transform {
  const [grey, flip, tx, ty, turns] = tuple;
  const fits =
    tuple.length === 5 &&
    [0, 1].includes(grey) &&
    [0, 1].includes(flip) &&
    [-1, 0, 1].includes(tx) &&
    [-1, 0, 1].includes(ty) &&
    [0, 1, 2, 3].includes(turns);
  if (!fits) throw new RangeError(`(${tuple.join(', ')}) is no transformation (grey, flip, tx, ty, turns)`);
  return {
    grey: grey === 1,
    flip: flip === 1,
    tx: tx as Transform['tx'],
    ty: ty as Transform['ty'],
    turns: turns as Transform['turns'],
  };
}
