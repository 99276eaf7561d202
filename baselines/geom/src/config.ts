import { z } from 'zod';
import type { TransformationSet } from './transformations.ts';

export interface GeomConfig {
  /** Side in pixels that images are brought to. Shifts are a quarter of it. */
  size: number;
  /** The wide residual network WRN-depth-widen. */
  depth: number;
  widen: number;
  /** `eight`: average over 8 x 8 positions, as published; `global`: over all. The same at 32 pixels. */
  pooling: 'eight' | 'global';
  /** Stride of the first convolution: 1 as published; 2 makes the rest as cheap as at half the size. */
  stemStride: 1 | 2;
  transformations: TransformationSet;
  /** Transformed samples a step. */
  batch: number;
  epochs: number;
  /** Bounds on the steps the epochs come to; with few images an epoch may be one step. `maxSteps` null: no bound. */
  minSteps: number;
  maxSteps: number | null;
  learningRate: number;
  /** Coefficient of the squared weights in the loss, as Keras's `l2`. */
  l2: number;
  /** Dirichlet distributions are fitted to at most so many training images, drawn at random; null: to all. */
  dirichletImages: number | null;
}

export const schema: z.ZodType<GeomConfig> = z.strictObject({
  size: z.int().multipleOf(4).min(16),
  depth: z.int().min(10),
  widen: z.int().positive(),
  stemStride: z.literal([1, 2]),
  pooling: z.enum(['eight', 'global']),
  transformations: z.enum(['all', 'simple']),
  batch: z.int().positive(),
  epochs: z.int().positive(),
  minSteps: z.int().nonnegative(),
  maxSteps: z.int().positive().nullable(),
  learningRate: z.number().positive(),
  l2: z.number().nonnegative(),
  dirichletImages: z.int().positive().nullable(),
});

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
