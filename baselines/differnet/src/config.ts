import { z } from 'zod';

/** Angles an image is turned to: evenly spaced from 0, or drawn from the fit's seed. */
export interface Rotations {
  count: number;
  angles: 'even' | 'random';
}

export interface DifferNetConfig {
  /** Side in pixels that images are resized to. */
  size: number;
  /** Sizes features are taken at: `size`, a half, a quarter. The smallest must be 63 pixels at least. */
  scales: number;
  /** With random angles, training draws new ones at every step; scoring always uses the same. */
  training: Rotations;
  scoring: Rotations;
  /** Coupling blocks of the flow, and units in each of its subnets' three hidden layers. */
  blocks: number;
  hidden: number;
  /** Limits a block's log-scale to about +-3 when 3. */
  clamp: number;
  learningRate: number;
  weightDecay: number;
  /** Images in a batch. */
  batch: number;
  epochs: number;
}

export interface PretrainedConfig extends DifferNetConfig {
  /** Torchvision's AlexNet as a safetensors file. */
  featureWeights: string;
}

const rotations = z.strictObject({ count: z.int().positive(), angles: z.enum(['even', 'random']) });

const shape = {
  size: z.int().positive(),
  scales: z.int().min(1).max(3),
  training: rotations,
  scoring: rotations,
  blocks: z.int().positive(),
  hidden: z.int().positive(),
  clamp: z.number().positive(),
  learningRate: z.number().positive(),
  weightDecay: z.number().nonnegative(),
  batch: z.int().positive(),
  epochs: z.int().positive(),
};

const largeEnough = ({ size, scales }: DifferNetConfig): boolean => smallest(size, scales) >= smallestInput;
const tooSmall = { path: ['size'], message: 'AlexNet needs 63 pixels at the smallest scale' };

export const randomSchema: z.ZodType<DifferNetConfig> = z.strictObject(shape).refine(largeEnough, tooSmall);

export const pretrainedSchema: z.ZodType<PretrainedConfig> = z
  .strictObject({ ...shape, featureWeights: z.string().min(1) })
  .refine(largeEnough, tooSmall);

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
