import type { Batch } from '@fsad/patch-network';
import { tensor, type Tensor } from '@fsad/tensors';
import {
  applyTransform,
  transformAdjoint,
  transformedBatch,
  type CopyPlan,
  type Transform,
} from '@fsad/transforms';
import type { PatchTask } from './task.ts';

/**
 * Ablation (c): a transformation drawn for each image on its own before a discriminator of real (0) and fake (1). Scored on the untransformed image by the
 * real probability. `identity` plans the one copy to score.
 */
export function augmentationTask(transforms: readonly Transform[], identity: CopyPlan): PatchTask {
  const { rule } = identity;
  return {
    outputs: 2,
    excludedLabel: null,
    fixed: false,
    copies(images, stream) {
      const random = stream();
      const drawn = imagesOf(images).map(() => transforms[random.integer(transforms.length)]);
      const copies = each(images, (image, i) => applyTransform(image, drawn[i], rule));
      return {
        real: () => oneWindow(copies, 0),
        fake: () => oneWindow(copies, 1),
        imageGradient: ([gradient]) =>
          each(tensor(images.shape, gradient), (image, i) => transformAdjoint(image, drawn[i], rule)),
      };
    },
    probePlan: identity,
    probe: (images) => transformedBatch(identity, images, 0),
  };
}

function oneWindow({ shape: [count, side, , channels], data }: Tensor, label: number): Batch {
  const canvas = { images: data, height: side, width: side, windows: [{ top: 0, left: 0, label }] };
  return { count, side, channels, canvases: [canvas] };
}

function imagesOf({ shape: [count, ...rest], data }: Tensor): Tensor[] {
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) =>
    tensor([1, ...rest], data.subarray(i * size, (i + 1) * size)),
  );
}

function each(images: Tensor, change: (image: Tensor, i: number) => Tensor): Tensor {
  const result = tensor(images.shape);
  const size = result.data.length / images.shape[0];
  for (const [i, image] of imagesOf(images).entries()) result.data.set(change(image, i).data, i * size);
  return result;
}
