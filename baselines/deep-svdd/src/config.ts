import { z } from 'zod';

const schedule = z.strictObject({
  epochs: z
    .int()
    .positive()
    .describe('Times that every training image is seen; with k images one may be one step.'),
  milestone: z.int().nonnegative().describe('Epochs after which the rate falls to a tenth, counted from 0.'),
  minSteps: z
    .int()
    .nonnegative()
    .describe('At least this many steps, whatever the epochs come to; the milestone moves in proportion.'),
  learningRate: z.number().positive().describe('Step size of Adam.'),
  weightDecay: z.number().nonnegative().describe('L2 term added to the gradients.'),
});

/** How long and how fast a network is trained. */
export type Schedule = z.infer<typeof schedule>;

/** Everything that decides what the method computes, each key with its meaning. */
export const schema = z.strictObject({
  size: z
    .strictObject({ grey: z.literal([28, 32, 64]), rgb: z.literal([32, 64]) })
    .describe('Side in pixels that images are resized to.'),
  objective: z
    .enum(['one-class', 'soft-boundary'])
    .describe('`one-class` pulls the codes to a centre, `soft-boundary` into a sphere around it.'),
  nu: z.number().positive().max(1).describe('Share of training images the soft boundary leaves outside.'),
  warmUpEpochs: z.int().nonnegative().describe('Epochs before the soft boundary’s radius is first set.'),
  batch: z.int().positive().describe('Images a step.'),
  codeNorm: z
    .boolean()
    .describe(
      'Batch norm on the RGB autoencoder’s code. Left out in any case for a batch of one image, which it would set to zero.',
    ),
  pretraining: z
    .strictObject({ grey: schedule, rgb: schedule })
    .describe('How the autoencoder is trained before, by colour.'),
  training: z
    .strictObject({ grey: schedule, rgb: schedule })
    .describe('How the encoder is trained, by colour.'),
});

export type DeepSvddConfig = z.infer<typeof schema>;

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

/** The same with every schedule cut to one epoch. */
export function oneEpoch(config: DeepSvddConfig): DeepSvddConfig {
  const cut = (schedule: Schedule): Schedule => ({ ...schedule, epochs: 1, minSteps: 0 });
  const both = ({ grey, rgb }: Record<'grey' | 'rgb', Schedule>) => ({ grey: cut(grey), rgb: cut(rgb) });
  return { ...config, pretraining: both(config.pretraining), training: both(config.training) };
}

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
