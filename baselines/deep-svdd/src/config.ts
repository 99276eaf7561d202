import { z } from 'zod';

/** How long and how fast a network is trained. Epochs are few-shot's trap: with k images one epoch may be one step. */
export interface Schedule {
  epochs: number;
  /** Epochs after which the rate falls to a tenth, counted from 0. */
  milestone: number;
  /** At least this many steps, whatever the epochs come to; the milestone moves in proportion. */
  minSteps: number;
  learningRate: number;
  /** L2 term added to the gradients. */
  weightDecay: number;
}

interface PerColour<T> {
  grey: T;
  rgb: T;
}

export interface DeepSvddConfig {
  /** Side in pixels that images are resized to. */
  size: PerColour<28 | 32 | 64>;
  objective: 'one-class' | 'soft-boundary';
  /** Share of training images the soft boundary leaves outside. */
  nu: number;
  /** Epochs before the soft boundary's radius is first set. */
  warmUpEpochs: number;
  batch: number;
  /** Batch norm on the RGB autoencoder's code. Left out in any case for a batch of one image, which it would set to zero. */
  codeNorm: boolean;
  pretraining: PerColour<Schedule>;
  training: PerColour<Schedule>;
}

const schedule = z.strictObject({
  epochs: z.int().positive(),
  milestone: z.int().nonnegative(),
  minSteps: z.int().nonnegative(),
  learningRate: z.number().positive(),
  weightDecay: z.number().nonnegative(),
});

export const schema: z.ZodType<DeepSvddConfig> = z.strictObject({
  size: z.strictObject({ grey: z.literal([28, 32, 64]), rgb: z.literal([32, 64]) }),
  objective: z.enum(['one-class', 'soft-boundary']),
  nu: z.number().positive().max(1),
  warmUpEpochs: z.int().nonnegative(),
  batch: z.int().positive(),
  codeNorm: z.boolean(),
  pretraining: z.strictObject({ grey: schedule, rgb: schedule }),
  training: z.strictObject({ grey: schedule, rgb: schedule }),
});

const rate = { minSteps: 0, learningRate: 1e-4, weightDecay: 0.5e-6 };
const onePhase = { ...rate, epochs: 150, milestone: 50 };

const official: DeepSvddConfig = {
  size: { grey: 28, rgb: 32 },
  objective: 'one-class',
  nu: 0.1,
  warmUpEpochs: 10,
  batch: 200,
  codeNorm: true,
  pretraining: {
    grey: { ...onePhase, weightDecay: 0.5e-3 },
    rgb: { ...rate, epochs: 350, milestone: 250 },
  },
  training: { grey: onePhase, rgb: onePhase },
};

const fewShot: DeepSvddConfig = {
  ...official,
  size: { grey: 64, rgb: 64 },
  codeNorm: false,
  pretraining: {
    grey: { ...official.pretraining.grey, minSteps: 500, learningRate: 1e-3 },
    rgb: { ...official.pretraining.rgb, minSteps: 350, learningRate: 1e-3 },
  },
};

const short = { ...rate, epochs: 1, milestone: 1, minSteps: 20, learningRate: 1e-3 };

export const presets = {
  official,
  'few-shot': fewShot,
  smoke: {
    ...fewShot,
    size: { grey: 28, rgb: 32 },
    pretraining: { grey: short, rgb: short },
    training: { grey: short, rgb: short },
  },
} satisfies Record<string, DeepSvddConfig>;

/** Steps of a schedule over `count` images, and the rate at each. */
export function resolveSchedule(
  { epochs, milestone, minSteps, learningRate }: Schedule,
  count: number,
  batch: number,
): { steps: number; batches: number; rate: (step: number) => number } {
  const batches = Math.ceil(count / batch);
  const steps = Math.max(epochs * batches, minSteps);
  return {
    steps,
    batches,
    rate: (step) => learningRate * (step >= (steps * milestone) / epochs ? 0.1 : 1),
  };
}
