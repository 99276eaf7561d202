import { z } from 'zod';
import type { TransformationSet } from '@fsad/geom';

export interface GoadConfig {
  /** Side in pixels that images are brought to. Shifts are a quarter of it. */
  size: number;
  /** The wide residual network WRN-depth-widen. */
  depth: number;
  widen: number;
  /** Stride of the first convolution: 1 as published; 2 makes the rest as cheap as at half the size. */
  stemStride: 1 | 2;
  /** Whether a block's second convolution reads normalised activations; the published code skips them. */
  secondNorm: boolean;
  /** Epochs after which batch norm's statistics stay as they are; null: never. The published code: 1. */
  normEpochs: number | null;
  transformations: TransformationSet;
  /** Images a step, each with all its transformed copies. */
  batch: number;
  /** Whether a step's images are drawn anew, so that none has fewer than `batch` of them or all there are. */
  fullBatches: boolean;
  epochs: number;
  /** Bounds on the steps the epochs come to. `maxSteps` null: no bound. */
  minSteps: number;
  maxSteps: number | null;
  learningRate: number;
  /** By how much the nearest foreign centre must be farther than the own. */
  margin: number;
  tripletWeight: number;
  /** Weight of the mean squared feature. */
  featureWeight: number;
  /** Centres are means of the features met during the last epoch of training, as published, or computed after it with running statistics. */
  centres: 'last-epoch' | 'after-training';
}

export const schema: z.ZodType<GoadConfig> = z.strictObject({
  size: z.int().multipleOf(4).min(16),
  depth: z.int().min(10),
  widen: z.int().positive(),
  stemStride: z.literal([1, 2]),
  secondNorm: z.boolean(),
  normEpochs: z.int().positive().nullable(),
  transformations: z.enum(['all', 'simple']),
  batch: z.int().positive(),
  fullBatches: z.boolean(),
  epochs: z.int().positive(),
  minSteps: z.int().nonnegative(),
  maxSteps: z.int().positive().nullable(),
  learningRate: z.number().positive(),
  margin: z.number().nonnegative(),
  tripletWeight: z.number().nonnegative(),
  featureWeight: z.number().nonnegative(),
  centres: z.enum(['last-epoch', 'after-training']),
});

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
