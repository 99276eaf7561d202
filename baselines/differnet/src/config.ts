import { z } from 'zod';

const rotations = z.strictObject({
  count: z.int().positive().describe('Angles in all.'),
  angles: z.enum(['even', 'random']).describe('Evenly spaced from 0, or drawn from the seed.'),
});

/** Angles an image is turned to. */
export type Rotations = z.infer<typeof rotations>;

const shape = {
  size: z.int().positive().describe('Side in pixels that images are resized to.'),
  scales: z
    .int()
    .min(1)
    .max(3)
    .describe(
      'Sizes features are taken at: `size`, a half, a quarter. The smallest must be 63 pixels at least.',
    ),
  training: rotations.describe(
    'With random angles, training draws new ones at every step; scoring always uses the same.',
  ),
  scoring: rotations.describe(
    'Angles an image is turned to for its score: a number of them, evenly spaced from 0 or drawn from the seed.',
  ),
  blocks: z.int().positive().describe('Coupling blocks of the flow.'),
  hidden: z
    .int()
    .positive()
    .describe('Units in each of the three hidden layers of a coupling block’s subnets.'),
  clamp: z.number().positive().describe('Limits a block’s log-scale to about +-3 when 3.'),
  learningRate: z.number().positive().describe('Step size of Adam.'),
  weightDecay: z.number().nonnegative().describe('L2 term added to the gradients.'),
  batch: z.int().positive().describe('Images in a batch.'),
  epochs: z.int().positive().describe('Times that every training image is seen.'),
};

const largeEnough = ({ size, scales }: { size: number; scales: number }): boolean =>
  smallest(size, scales) >= smallestInput;
const tooSmall = { path: ['size'], message: 'AlexNet needs 63 pixels at the smallest scale' };

export const randomSchema = z.strictObject(shape).refine(largeEnough, tooSmall);

export const pretrainedSchema = z
  .strictObject({
    ...shape,
    featureWeights: z.string().min(1).describe('Torchvision’s AlexNet as a safetensors file.'),
  })
  .refine(largeEnough, tooSmall);

export type DifferNetConfig = z.infer<typeof randomSchema>;
export type PretrainedConfig = z.infer<typeof pretrainedSchema>;

/** Below this side nothing is left after AlexNet's pooling. */
const smallestInput = 63;

function smallest(size: number, scales: number): number {
  return Math.floor(size / 2 ** (scales - 1));
}

const official: DifferNetConfig = {
  size: 448,
  scales: 3,
  training: { count: 4, angles: 'random' },
  scoring: { count: 64, angles: 'random' },
  blocks: 8,
  hidden: 2048,
  clamp: 3,
  learningRate: 2e-4,
  weightDecay: 1e-5,
  batch: 24,
  epochs: 192,
};

const fewShot: DifferNetConfig = {
  ...official,
  size: 256,
  training: { count: 8, angles: 'even' },
  scoring: { count: 8, angles: 'even' },
  blocks: 4,
  hidden: 128,
};

export const randomPresets = {
  official,
  'few-shot': fewShot,
  smoke: {
    ...fewShot,
    size: 64,
    scales: 1,
    training: { count: 2, angles: 'even' },
    scoring: { count: 2, angles: 'even' },
    epochs: 10,
  },
} satisfies Record<string, DifferNetConfig>;

const featureWeights = 'alexnet.safetensors';

export const pretrainedPresets = {
  official: { ...randomPresets.official, featureWeights },
  'few-shot': { ...randomPresets['few-shot'], featureWeights },
  smoke: { ...randomPresets.smoke, featureWeights },
} satisfies Record<string, PretrainedConfig>;
