import { z } from 'zod';

const radius = z.union([z.number().positive(), z.literal('rule')]);

/** Everything that decides what the method computes, each key with its meaning. */
export const schema = z.strictObject({
  size: z
    .strictObject({ grey: z.literal([28, 32, 64]), rgb: z.literal([32, 64]) })
    .describe('Side in pixels that images are resized to.'),
  radius: z
    .strictObject({ grey: radius, rgb: radius })
    .describe(
      'Distance of the adversarial points from the training images; `rule` is half the square root of the number of values.',
    ),
  gamma: z
    .number()
    .min(1)
    .describe('Adversarial points keep a distance between the radius and this many times the radius.'),
  lambda: z.number().nonnegative().describe('Weight of the adversarial points in the loss.'),
  ascentSteps: z
    .int()
    .positive()
    .multipleOf(10)
    .describe('Gradient steps of the search, a multiple of 10: after every tenth the points are projected.'),
  ascentRate: z.number().positive().describe('Step size of the search for adversarial points.'),
  epochs: z.int().positive().describe('Times that every training image is seen.'),
  minSteps: z.int().nonnegative().describe('At least this many steps, whatever the epochs come to.'),
  batch: z.int().positive().describe('Images a step.'),
  learningRate: z.number().positive().describe('Step size of Adam.'),
  statistics: z
    .enum(['all-passes', 'clean-pass'])
    .describe(
      'Which forward passes fold into batch norm’s running statistics, with which images are scored.',
    ),
});

export type DroccConfig = z.infer<typeof schema>;

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
