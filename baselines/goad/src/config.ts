import { z } from 'zod';

/** Everything that decides what the method computes, each key with its meaning. */
export const schema = z.strictObject({
  size: z
    .int()
    .multipleOf(4)
    .min(16)
    .describe('Side in pixels that images are brought to. Shifts are a quarter of it.'),
  depth: z.int().min(10).describe('The wide residual network WRN-depth-widen: its layers.'),
  widen: z
    .int()
    .positive()
    .describe('The wide residual network WRN-depth-widen: by how much its layers are wider.'),
  stemStride: z
    .literal([1, 2])
    .describe(
      'Stride of the first convolution: 1 as published; 2 makes the rest as cheap as at half the size.',
    ),
  secondNorm: z
    .boolean()
    .describe(
      'Whether a block’s second convolution reads normalised activations; the published code skips them.',
    ),
  normEpochs: z
    .int()
    .positive()
    .nullable()
    .describe(
      'Epochs after which batch norm’s statistics stay as they are; null: never. The published code: 1.',
    ),
  transformations: z
    .enum(['all', 'simple'])
    .describe('The transformations to be told apart: `all` 72, or the `simple` ones.'),
  batch: z.int().positive().describe('Images a step, each with all its transformed copies.'),
  fullBatches: z
    .boolean()
    .describe(
      'Whether a step’s images are drawn anew, so that none has fewer than `batch` of them or all there are.',
    ),
  epochs: z.int().positive().describe('Times that every training image is seen.'),
  minSteps: z.int().nonnegative().describe('At least this many steps, whatever the epochs come to.'),
  maxSteps: z.int().positive().nullable().describe('At most this many steps; null: no bound.'),
  learningRate: z.number().positive().describe('Step size of Adam.'),
  margin: z
    .number()
    .nonnegative()
    .describe('By how much the nearest foreign centre must be farther than the own.'),
  tripletWeight: z.number().nonnegative().describe('Weight of the triplet loss beside the cross-entropy.'),
  featureWeight: z.number().nonnegative().describe('Weight of the mean squared feature.'),
  centres: z
    .enum(['last-epoch', 'after-training'])
    .describe(
      'Centres are means of the features met during the last epoch of training, as published, or computed after it with running statistics.',
    ),
});

export type GoadConfig = z.infer<typeof schema>;

const official: GoadConfig = {
  size: 32,
  depth: 10,
  widen: 4,
  stemStride: 1,
  secondNorm: false,
  normEpochs: 1,
  transformations: 'all',
  batch: 4,
  fullBatches: false,
  epochs: 16,
  minSteps: 0,
  maxSteps: null,
  learningRate: 1e-3,
  margin: 0.1,
  tripletWeight: 0.1,
  featureWeight: 10,
  centres: 'last-epoch',
};

const fewShot: GoadConfig = {
  ...official,
  size: 64,
  widen: 1,
  stemStride: 2,
  secondNorm: true,
  normEpochs: null,
  fullBatches: true,
  minSteps: 300,
  maxSteps: 300,
  centres: 'after-training',
};

export const presets = {
  official,
  'few-shot': fewShot,
  smoke: { ...fewShot, size: 32, transformations: 'simple', minSteps: 40, maxSteps: 40 },
} satisfies Record<string, GoadConfig>;
