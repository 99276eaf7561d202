import { tensor, type Tensor } from '@fsad/tensors';
import { imageGradient, transformedBatch } from './batch.ts';
import { planCopies } from './plan.ts';
import type { ShiftRule } from './shift.ts';
import type { Transform } from './transform.ts';

/** T(x) of images [k, S, S, c], same shape. */
export function applyTransform(images: Tensor, transform: Transform, rule: ShiftRule): Tensor {
  const plan = planCopies([transform], images.shape[1], rule, 'separate');
  return tensor(images.shape, transformedBatch(plan, images, 0).canvases[0].images);
}

/** The adjoint T'(y): <T(x), y> = <x, T'(y)> for all images x, y of one shape. T is linear, so this is its gradient. */
export function transformAdjoint(gradient: Tensor, transform: Transform, rule: ShiftRule): Tensor {
  const [count, side, , channels] = gradient.shape;
  return imageGradient(planCopies([transform], side, rule, 'separate'), [gradient.data], count, channels);
}
