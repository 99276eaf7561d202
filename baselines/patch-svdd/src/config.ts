import { z } from 'zod';

const patch = z.strictObject({ size: z.literal([32, 64]), stride: z.int().positive().multipleOf(2) });

/** Everything that decides what the method computes, each key with its meaning. */
export const schema = z
  .strictObject({
    size: z.int().positive().describe('Side in pixels that images are resized to.'),
    patches: z
      .array(patch)
      .min(1)
      .max(2)
      .describe(
        'Patch sizes, and the stride of the grid on which an image’s patches are compared: 64, 32 or both.',
      ),
    combine: z.enum(['product', 'sum']).describe('How the maps of two patch sizes become one.'),
    mean: z
      .enum(['picture', 'colour'])
      .describe('What is subtracted from images: the training images’ mean picture, or their mean colour.'),
    borders: z
      .enum(['clip', 'inside'])
      .describe(
        'Second patches of a position pair that leave the image: moved inside (their direction may then be wrong), or not drawn.',
      ),
    lambda: z.number().nonnegative().describe('Weight of the attraction between neighbouring patches.'),
    learningRate: z.number().positive().describe('Step size of Adam.'),
    batch: z.int().positive().describe('Pairs of each kind and size in a step.'),
    pairsPerImage: z.int().positive().describe('Pairs drawn from each image in an epoch.'),
    epochs: z
      .int()
      .positive()
      .describe('Times that every training image is seen; ignored where `steps` is a number.'),
    steps: z
      .union([z.int().positive(), z.literal('epochs')])
      .describe('Steps of the training, or `epochs`: as many as those come to.'),
  })
  .superRefine(({ size, patches }, context) => {
    const complain = (message: string): void =>
      context.addIssue({ code: 'custom', path: ['patches'], message });
    for (const { size: side, stride } of patches) {
      if (size < 2 * side)
        complain(`images of ${size} pixels are too small for pairs of ${side}-pixel patches`);
      else if ((size - side) % stride !== 0) {
        complain(`a stride of ${stride} does not lead ${side}-pixel patches to the edge of ${size} pixels`);
      }
    }
    if (new Set(patches.map((each) => each.size)).size < patches.length)
      complain('a patch size appears twice');
  });

export type PatchSvddConfig = z.infer<typeof schema>;

const official: PatchSvddConfig = {
  size: 256,
  patches: [
    { size: 64, stride: 16 },
    { size: 32, stride: 4 },
  ],
  combine: 'product',
  mean: 'picture',
  borders: 'clip',
  lambda: 1,
  learningRate: 1e-4,
  batch: 64,
  pairsPerImage: 100,
  epochs: 299,
  steps: 'epochs',
};

const fewShot: PatchSvddConfig = {
  ...official,
  size: 64,
  patches: [{ size: 32, stride: 4 }],
  mean: 'colour',
  borders: 'inside',
  lambda: 1e-3,
  batch: 16,
  steps: 600,
};

export const presets = {
  official,
  'few-shot': fewShot,
  'few-shot-defects': { ...fewShot, size: 128, patches: official.patches, batch: 8, steps: 300 },
  smoke: { ...fewShot, batch: 4, steps: 10 },
} satisfies Record<string, PatchSvddConfig>;

/** Steps of a training on `count` images. */
export function stepsFor({ steps, epochs, pairsPerImage, batch }: PatchSvddConfig, count: number): number {
  return steps === 'epochs' ? epochs * Math.ceil((count * pairsPerImage) / batch) : steps;
}
