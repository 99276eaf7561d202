import { z } from 'zod';
import { methodFromRecipe, requireTensor, unitPixels, type DetectorMethod } from '@fsad/detector';
import type { Tensor } from '@fsad/tensors';
import { meanSquaredError } from './loss.ts';

const schema = z.strictObject({
  size: z.int().positive().describe('Side in pixels that images are resized to.'),
  form: z
    .enum(['matched', 'mismatched'])
    .describe(
      '`matched`: training and test images in 0 .. 1; `mismatched`: test images in 0 .. 255, as the printed column may have been made.',
    ),
});

export type PixelMseConfig = z.infer<typeof schema>;

/** Ablation (f) of the paper: the mean squared difference to the training images. It learns nothing and needs no engine. */
export const method: DetectorMethod<PixelMseConfig> = methodFromRecipe<PixelMseConfig, Tensor, null>({
  name: 'pixel-mse',
  numericVersion: 1,
  engine: 'none',
  presets: {
    official: { size: 64, form: 'matched' },
    'few-shot': { size: 64, form: 'matched' },
    smoke: { size: 64, form: 'matched' },
    mismatched: { size: 64, form: 'mismatched' },
  },
  schema,
  open: async () => null,
  async fit({ config }, images, { report }) {
    report({ type: 'progress', stage: 'read', done: images.length, total: images.length });
    return unitPixels(images, config.size, 'bilinear');
  },
  async score({ config }, train, images, signal) {
    const range = config.form === 'matched' ? 1 : 255;
    return images.map((image) => {
      signal?.throwIfAborted();
      const { data } = unitPixels([image], config.size, 'bilinear');
      return {
        value: meanSquaredError(
          data.map((value) => value * range),
          train.data,
        ),
      };
    });
  },
  pack: async (train) => ({ tensors: new Map([['train', train]]) }),
  unpack: async (_, { tensors }) => requireTensor(tensors, 'train'),
});
