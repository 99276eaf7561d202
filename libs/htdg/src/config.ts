import { RECEPTIVE_FIELD } from '@fsad/patch-network';
import { z } from 'zod';

const side = z.number().int().min(RECEPTIVE_FIELD);
const count = z.number().int().min(1);
const positive = z.number().positive();
const iterations = z.array(z.number().int().min(0));

/** Everything that decides what HTDG computes; stored with every model and every trial. No key has a hidden default. */
export const configSchema = z.strictObject({
  /** `full`, or an ablation of Table 1: (a) to (e). */
  variant: z.enum([
    'full',
    'no-generator',
    'no-transformations',
    'augmentation',
    'single-scale-100',
    'single-scale-20',
  ]),
  /** The scales of an image: see `PyramidSettings` of @fsad/pyramid. */
  pyramid: z.strictObject({
    sizes: z.array(side).min(1),
    scaleFactor: positive.nullable(),
    inputSide: side,
    source: z.enum(['published', 'published-paris', 'bicubic']),
    equalise: z.enum(['none', 'clahe', 'histogram']),
    border: z.enum(['official', 'mirror']),
    quantise: z.boolean(),
    upsample: z.enum(['factor-then-crop', 'exact']),
  }),
  transforms: z.strictObject({
    /** `all`: 54 for RGB, 42 for grey. `rotations`: the 4 of "Ours2" (Sec. 4.2). */
    set: z.enum(['all', 'rotations']),
    shift: z.enum(['official', 'paper', 'fast']),
    /** `shared`: shifted copies are windows of common canvases; needs `valid` padding and integer shifts. */
    sharing: z.enum(['separate', 'shared']),
  }),
  network: z.strictObject({
    padding: z.enum(['valid', 'same']),
    /** Hidden channels of each scale, coarsest first. */
    widths: z.array(count).min(1),
    /** A scale starts from the weights of the one before where their widths are equal. */
    warmStart: z.boolean(),
  }),
  noise: z.strictObject({
    /** Channels drawn at scale 0 and for fixed noise; one is repeated over the three. */
    coarsestChannels: z.union([z.literal(1), z.literal(3)]),
    /** Scales whose reconstruction path has fixed noise. */
    fixed: z.enum(['every-scale', 'coarsest']),
    amplitude: z.strictObject({ measure: z.enum(['mean-absolute', 'root-mean-square']), factor: positive }),
  }),
  /** Value of the generator's index channel for the first image. */
  indexStart: z.union([z.literal(0), z.literal(1)]),
  fakeClass: z.enum(['first', 'last']),
  reconstruction: z.strictObject({
    /** See `ReconstructionRule` of @fsad/generator. */
    loss: z.enum(['mean-square', 'root-mean-square', 'root-mean-square-per-image']),
    alpha: z.number().min(0),
  }),
  training: z.strictObject({
    /** Iterations of every scale, by the colour of the images. */
    iterations: z.strictObject({ grey: count, rgb: count }),
    discriminatorSteps: count,
    generatorSteps: count,
    /** The generator takes part in iterations 0, n, 2n, ...; in those between, the discriminator learns the real copies alone. */
    generatorEvery: count,
    learningRate: positive,
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    epsilon: positive,
    /** Learning rates are multiplied by `factor` from each of the listed iterations on. */
    decay: z.strictObject({ factor: positive, discriminatorAt: iterations, generatorAt: iterations }),
    /** After iterations 0, n, 2n, ... and the last one with a generator, one more reconstruction moves the generator's running statistics (docs/presets.md#7.15); null: never. */
    reconstructionEvery: count.nullable(),
  }),
  scoring: z.strictObject({
    patches: z.enum(['mean', 'sum']),
    scales: z.enum(['mean', 'sum']),
    /** The fraction of least normal patches that makes the score: 1 for Eq. 12, 0.05 or 0.1 for defects (Sec. 3.3). */
    fraction: positive.max(1),
    /** Further fractions scored in the same pass. */
    fractions: z.array(positive.max(1)),
  }),
});

export type HtdgConfig = z.infer<typeof configSchema>;
export type Variant = HtdgConfig['variant'];

/**
 * A stored configuration as this version has it. Models of versions that could average their discriminator say in `training.averageFrom` whether it was: null is what
 * all training is, anything else is left for the schema to refuse.
 */
export function currentConfig(stored: unknown): unknown {
  const { training, ...rest } = (stored ?? {}) as { training?: { averageFrom?: unknown } };
  if (training?.averageFrom !== null) return stored;
  const kept = Object.entries(training).filter(([key]) => key !== 'averageFrom');
  return { ...rest, training: Object.fromEntries(kept) };
}
