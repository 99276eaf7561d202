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
  pooling: z
    .enum(['eight', 'global'])
    .describe(
      '`eight`: average over 8 x 8 positions, as published; `global`: over all. The same at 32 pixels.',
    ),
  transformations: z
    .enum(['all', 'simple'])
    .describe('The transformations to be told apart: `all` 72, or the `simple` ones.'),
  batch: z.int().positive().describe('Transformed samples a step.'),
  epochs: z.int().positive().describe('Times that every training image is seen.'),
  minSteps: z.int().nonnegative().describe('At least this many steps, whatever the epochs come to.'),
  maxSteps: z.int().positive().nullable().describe('At most this many steps; null: no bound.'),
  learningRate: z.number().positive().describe('Step size of Adam.'),
  l2: z.number().nonnegative().describe('Coefficient of the squared weights in the loss, as Keras’s `l2`.'),
  dirichletImages: z
    .int()
    .positive()
    .nullable()
    .describe(
      'Dirichlet distributions are fitted to at most so many training images, drawn at random; null: to all.',
    ),
});

export type GeomConfig = z.infer<typeof schema>;

const official: GeomConfig = {
  size: 32,
  depth: 10,
  widen: 4,
  stemStride: 1,
  pooling: 'eight',
  transformations: 'all',
  batch: 128,
  epochs: 3,
  minSteps: 0,
  maxSteps: null,
  learningRate: 1e-3,
  l2: 0.00025,
  dirichletImages: null,
};

const fewShot: GeomConfig = {
  ...official,
  size: 64,
  widen: 1,
  stemStride: 2,
  pooling: 'global',
  batch: 144,
  epochs: 200,
  minSteps: 300,
  maxSteps: 500,
  dirichletImages: 500,
};

export const presets = {
  official,
  'few-shot': fewShot,
  smoke: {
    ...fewShot,
    size: 32,
    transformations: 'simple',
    batch: 16,
    epochs: 1,
    minSteps: 40,
    maxSteps: 40,
  },
} satisfies Record<string, GeomConfig>;

/** Batches an epoch and steps in all for `samples` transformed samples. */
export function resolveSteps(
  { batch, epochs, minSteps, maxSteps }: Pick<GeomConfig, 'batch' | 'epochs' | 'minSteps' | 'maxSteps'>,
  samples: number,
): { batches: number; steps: number } {
  const batches = Math.ceil(samples / batch);
  return { batches, steps: Math.min(Math.max(epochs * batches, minSteps), maxSteps ?? Infinity) };
}
