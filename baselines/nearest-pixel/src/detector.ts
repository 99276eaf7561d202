import { z } from 'zod';
import { methodFromRecipe, requireTensor, unitPixels, type DetectorMethod } from '@fsad/detector';
import type { Tensor } from '@fsad/tensors';
import { differenceMap, nearestImage } from './nearest.ts';

const schema = z.strictObject({
  size: z.int().positive().describe('Side in pixels that images are resized to.'),
});

export type NearestPixelConfig = z.infer<typeof schema>;
const preset: NearestPixelConfig = { size: 64 };

/** The distance to the nearest training image in pixel space: the floor that a learned method should be above. */
export const method: DetectorMethod<NearestPixelConfig> = methodFromRecipe<NearestPixelConfig, Tensor, null>({
  name: 'nearest-pixel',
  numericVersion: 1,
  engine: 'none',
  presets: { official: preset, 'few-shot': preset, smoke: preset },
  schema,
  open: async () => null,
  async fit({ config }, images, { report }) {
    report({ type: 'progress', stage: 'read', done: images.length, total: images.length });
    return unitPixels(images, config.size, 'bilinear');
  },
  async score({ config }, train, images, signal) {
    return images.map((image) => {
      signal?.throwIfAborted();
      const { data } = unitPixels([image], config.size, 'bilinear');
      return { value: nearestImage(data, train.data).distance };
    });
  },
  async localize({ config, channels }, train, images, signal) {
    return images.map((image) => {
      signal?.throwIfAborted();
      const { data } = unitPixels([image], config.size, 'bilinear');
      return { width: config.size, height: config.size, data: differenceMap(data, train.data, channels) };
    });
  },
  pack: async (train) => ({ tensors: new Map([['train', train]]) }),
  unpack: async (_, { tensors }) => requireTensor(tensors, 'train'),
});
