import { RECEPTIVE_FIELD } from '@fsad/patch-network';
import { z } from 'zod';

const side = z.number().int().min(RECEPTIVE_FIELD);
const count = z.number().int().min(1);
const positive = z.number().positive();
const iterations = z.array(z.number().int().min(0));

/** Everything that decides what HTDG computes; stored with every model and every trial. No key has a hidden default. */
export const configSchema = z.strictObject({
  variant: z
    .enum([
      'full',
      'no-generator',
      'no-transformations',
      'augmentation',
      'single-scale-100',
      'single-scale-20',
    ])
    .describe('`full`, or an ablation of Table 1: (a) to (e).'),
  pyramid: z.strictObject({
    sizes: z.array(side).min(1).describe('Side of every scale in pixels, coarsest first.'),
    scaleFactor: positive
      .nullable()
      .describe(
        'Factor from scale to scale that places the resize kernels; null: the ratio of the sides does, without rounding accidents.',
      ),
    inputSide: side.describe('Side that a picture is brought to before it is reduced to the finest scale.'),
    source: z
      .enum(['published', 'published-paris', 'bicubic'])
      .describe(
        'How it gets there: as the published loaders do, or stretched by one antialiased bicubic for training and test.',
      ),
    equalise: z
      .enum(['none', 'clahe', 'histogram'])
      .describe('What RGB training pictures go through; test pictures and grey ones never do.'),
    border: z.enum(['official', 'mirror']).describe('How a resize goes on beyond the border.'),
    quantise: z
      .boolean()
      .describe('Cut to 8 bits before, and clamp after, every resize (docs/presets.md#2.11).'),
    upsample: z
      .enum(['factor-then-crop', 'exact'])
      .describe(
        'From scale to scale: by the factor with ceiling and a crop at the upper left, or to the exact size (docs/presets.md#2.13).',
      ),
  }),
  transforms: z.strictObject({
    set: z
      .enum(['all', 'rotations'])
      .describe('`all`: 54 for RGB, 42 for grey. `rotations`: the 4 of "Ours2" (Sec. 4.2).'),
    shift: z
      .enum(['official', 'paper', 'fast'])
      .describe(
        'How shifted copies are moved, 15 % of the side: as the published code, as the text says, or by whole pixels.',
      ),
    sharing: z
      .enum(['separate', 'shared'])
      .describe(
        '`shared`: shifted copies are windows of common canvases; needs `valid` padding and integer shifts.',
      ),
  }),
  network: z.strictObject({
    padding: z
      .enum(['valid', 'same'])
      .describe('How convolutions meet the border: `valid` shrinks, `same` pads with zeros.'),
    widths: z.array(count).min(1).describe('Hidden channels of each scale, coarsest first.'),
    warmStart: z
      .boolean()
      .describe('A scale starts from the weights of the one before where their widths are equal.'),
  }),
  noise: z.strictObject({
    coarsestChannels: z
      .union([z.literal(1), z.literal(3)])
      .describe('Channels drawn at the coarsest scale and for fixed noise; one is repeated over the three.'),
    fixed: z.enum(['every-scale', 'coarsest']).describe('Scales whose reconstruction path has fixed noise.'),
    amplitude: z
      .strictObject({ measure: z.enum(['mean-absolute', 'root-mean-square']), factor: positive })
      .describe(
        'Strength of a scale’s noise: this many times that measure of what the reconstruction below it lacks.',
      ),
  }),
  indexStart: z
    .union([z.literal(0), z.literal(1)])
    .describe('Value of the generator’s index channel for the first image.'),
  fakeClass: z
    .enum(['first', 'last'])
    .describe('Which of the discriminator’s classes stands for generated patches.'),
  reconstruction: z.strictObject({
    loss: z
      .enum(['mean-square', 'root-mean-square', 'root-mean-square-per-image'])
      .describe('How the rebuilt picture is measured against the training image (Eq. 9, 17).'),
    alpha: z.number().min(0).describe('Weight of the reconstruction beside the adversarial loss (Eq. 11).'),
  }),
  training: z.strictObject({
    iterations: z
      .strictObject({ grey: count, rgb: count })
      .describe('Iterations of every scale, by the colour of the images.'),
    discriminatorSteps: count.describe('Steps of the discriminator in an iteration.'),
    generatorSteps: count.describe('Steps of the generator in an iteration it takes part in.'),
    generatorEvery: count.describe(
      'The generator takes part in iterations 0, n, 2n, ...; in those between, the discriminator learns the real copies alone.',
    ),
    learningRate: positive.describe('Step size of Adam, of generator and discriminator.'),
    beta1: z.number().min(0).lt(1).describe('Decay of Adam’s first moment.'),
    beta2: z.number().min(0).lt(1).describe('Decay of Adam’s second moment.'),
    epsilon: positive.describe('What Adam adds to the root of the second moment.'),
    decay: z
      .strictObject({ factor: positive, discriminatorAt: iterations, generatorAt: iterations })
      .describe('Learning rates are multiplied by `factor` from each of the listed iterations on.'),
    reconstructionEvery: count
      .nullable()
      .describe(
        'After iterations 0, n, 2n, ... and the last one with a generator, one more reconstruction moves the generator’s running statistics (docs/presets.md#7.15); null: never.',
      ),
  }),
  scoring: z.strictObject({
    patches: z.enum(['mean', 'sum']).describe('How a scale’s patches make its score.'),
    scales: z.enum(['mean', 'sum']).describe('How the scales’ scores make that of the image.'),
    fraction: positive
      .max(1)
      .describe(
        'The fraction of least normal patches that makes the score: 1 for Eq. 12, 0.05 or 0.1 for defects (Sec. 3.3).',
      ),
    fractions: z.array(positive.max(1)).describe('Further fractions scored in the same pass.'),
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
