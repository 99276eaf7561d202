import { z } from 'zod';

interface PerColour<T> {
  grey: T;
  rgb: T;
}

export interface DroccConfig {
  /** Side in pixels that images are resized to. */
  size: PerColour<28 | 32 | 64>;
  /** Distance of the adversarial points from the training images; `rule` is half the square root of the number of values. */
  radius: PerColour<number | 'rule'>;
  /** Adversarial points keep a distance between the radius and this many times the radius. */
  gamma: number;
  /** Weight of the adversarial points in the loss. */
  lambda: number;
  /** Gradient steps of the search, a multiple of 10: after every tenth the points are projected. */
  ascentSteps: number;
  ascentRate: number;
  epochs: number;
  /** At least this many steps, whatever the epochs come to. */
  minSteps: number;
  batch: number;
  learningRate: number;
  /** Which forward passes fold into batch norm's running statistics, with which images are scored. */
  statistics: 'all-passes' | 'clean-pass';
}

const radius = z.union([z.number().positive(), z.literal('rule')]);

export const schema: z.ZodType<DroccConfig> = z.strictObject({
  size: z.strictObject({ grey: z.literal([28, 32, 64]), rgb: z.literal([32, 64]) }),
  radius: z.strictObject({ grey: radius, rgb: radius }),
  gamma: z.number().min(1),
  lambda: z.number().nonnegative(),
  ascentSteps: z.int().positive().multipleOf(10),
  ascentRate: z.number().positive(),
  epochs: z.int().positive(),
  minSteps: z.int().nonnegative(),
  batch: z.int().positive(),
  learningRate: z.number().positive(),
  statistics: z.enum(['all-passes', 'clean-pass']),
});

const official: DroccConfig = {
  size: { grey: 28, rgb: 32 },
  radius: { grey: 'rule', rgb: 8 },
  gamma: 1,
  lambda: 1,
  ascentSteps: 50,
  ascentRate: 1e-3,
  epochs: 100,
  minSteps: 0,
  batch: 256,
  learningRate: 1e-3,
  statistics: 'all-passes',
};

const fewShot: DroccConfig = {
  ...official,
  size: { grey: 64, rgb: 32 },
  radius: { grey: 'rule', rgb: 'rule' },
  ascentSteps: 20,
  minSteps: 100,
  statistics: 'clean-pass',
};

export const presets = {
  official,
  'few-shot': fewShot,
  smoke: { ...fewShot, size: { grey: 28, rgb: 32 }, ascentSteps: 10, epochs: 1, minSteps: 10 },
} satisfies Record<string, DroccConfig>;

/** Half the square root of the number of values of an image (the paper's rule of thumb), or the number given. */
export function resolveRadius(value: number | 'rule', size: number, channels: 1 | 3): number {
  return value === 'rule' ? Math.sqrt(size * size * channels) / 2 : value;
}

/** The learning rate in an epoch of `epochs`: a tenth of the full one after 0.4 of them, a hundredth after 0.8. */
export function rateAt(epoch: number, epochs: number, learningRate: number): number {
  if (epoch <= 0.4 * epochs) return learningRate;
  return learningRate * (epoch <= 0.8 * epochs ? 0.1 : 0.01);
}
