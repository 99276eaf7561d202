import type { Border } from '@fsad/images';

/** How the scales of an image are made: one complete value, stored with every model. */
export interface PyramidSettings {
  /** Side of every scale, coarsest first. */
  readonly sizes: readonly number[];
  /** r, which places the resize kernels; null: the ratio of the sides does, without rounding accidents. */
  readonly scaleFactor: number | null;
  /** The side a picture is brought to before it is reduced to the finest scale. */
  readonly inputSide: number;
  /**
   * How it gets there. `published`: as the published loaders do (training: Pillow's bilinear for grey and bicubic for RGB; test: the code's own bicubic; a
   * picture larger than the input or not square: shorter side by Pillow's bilinear, then the square in the middle). `published-paris`: stretched,
   * OpenCV's bicubic for training, Pillow's bilinear for test, equalised before. `bicubic`: stretched by one antialiased bicubic for both.
   */
  readonly source: 'published' | 'published-paris' | 'bicubic';
  /** What RGB training pictures go through; test pictures and grey ones never do. */
  readonly equalise: 'none' | 'clahe' | 'histogram';
  readonly border: Border;
  /** Truncate to 8 bit before, and clamp after, every resize (docs/presets.md#2.11, 2.12). */
  readonly quantise: boolean;
  /** From scale to scale: by 1/r with ceiling and the top-left crop, or to the exact size (docs/presets.md#2.13). */
  readonly upsample: 'factor-then-crop' | 'exact';
}

/** Ceiling that takes what is whole but for rounding as whole. */
const ceiling = (value: number): number => Math.ceil(value - 1e-9);

/** Sides of `count` scales, coarsest first: ceil(finest * factor^(N - n)), Sec. 3.1. */
export function scaleSizes(finest: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => ceiling(finest * factor ** (count - 1 - n)));
}

/** The published code (commit ab47850). Its sizes 26 and 41 are rounding accidents of 25 and 40 (docs/presets.md#2.5). */
export const officialPyramid: PyramidSettings = {
  sizes: [26, 32, 41, 51, 64],
  scaleFactor: Math.sqrt(Math.sqrt(25 / 64)),
  inputSide: 128,
  source: 'published',
  equalise: 'clahe',
  border: 'official',
  quantise: true,
  upsample: 'factor-then-crop',
};

/** The published code on Paris, run at its intended input of 450 (docs/presets.md#2.7): six scales. */
export const officialParisPyramid: PyramidSettings = {
  ...officialPyramid,
  sizes: scaleSizes(64, (25 / 64) ** (1 / 5), 6),
  scaleFactor: (25 / 64) ** (1 / 5),
  inputSide: 450,
  source: 'published-paris',
};

/** The paper's text: r = 0.75, finest scale 64, histogram equalisation in RGB (Sec. 3.1, 3.4, 4); five scales, as the published code has. */
export const paperPyramid: PyramidSettings = {
  sizes: scaleSizes(64, 0.75, 5),
  scaleFactor: null,
  inputSide: 64,
  source: 'bicubic',
  equalise: 'histogram',
  border: 'mirror',
  quantise: false,
  upsample: 'exact',
};

/** The published sizes without the accidents: no truncation, symmetric borders, exact sizes, one interpolation for training and test. */
export const fastPyramid: PyramidSettings = {
  ...officialPyramid,
  scaleFactor: null,
  source: 'bicubic',
  border: 'mirror',
  quantise: false,
  upsample: 'exact',
};
