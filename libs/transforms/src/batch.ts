import type { Batch, Canvas } from '@fsad/patch-network';
import { tensor, Workspace, type Tensor } from '@fsad/tensors';
import { draw, turn, undraw, unturn, type Stack } from './draw.ts';
import type { CopyPlan, Drawing } from './plan.ts';

/** The class of every transformation's copies, or one class for all. */
export type Labels = readonly number[] | number;

/**
 * The M transformed copies of images [k, S, S, c] as a batch, canvas by canvas of the plan. With a `workspace` the pictures lie there, until the next batch of it.
 * @throws RangeError when the images have another side, grey meets anything but three channels, or labels are not M.
 */
export function transformedBatch(
  plan: CopyPlan,
  images: Tensor,
  labels: Labels,
  workspace = new Workspace(),
): Batch {
  const [count, height, width, channels] = images.shape;
  if (images.shape.length !== 4 || height !== plan.side || width !== plan.side) {
    throw new RangeError(`images of shape [${images.shape.join(', ')}] are not of side ${plan.side}`);
  }
  if (channels !== 3 && plan.transforms.some(({ grey }) => grey)) {
    throw new RangeError(`grey copies need three channels, the images have ${channels}`);
  }
  const pixels: Float32Array[] = [];
  for (const [d, drawing] of plan.drawings.entries()) {
    const stack = drawn(drawing, count, channels);
    const picture = workspace.array(`drawing ${d}`, sizeOf(stack));
    draw(images.data, { count, height, width, channels }, drawing.rows, drawing.columns, picture);
    for (const i of drawing.canvases) {
      const { turns, grey } = plan.canvases[i];
      if (turns === 0 && !grey) {
        pixels[i] = picture;
      } else {
        pixels[i] = workspace.array(`canvas ${i}`, picture.length);
        turn(picture, stack, turns, grey, pixels[i]);
      }
    }
  }
  const canvases = plan.canvases.map((canvas, i): Canvas => ({
    images: pixels[i],
    height: canvas.height,
    width: canvas.width,
    windows: [],
  }));
  return withLabels(plan, { count, side: plan.side, channels, canvases }, labels);
}

/** The same pictures with other labels: real ones as T_i, fakes as the fake class, fakes again as the generator's target. */
export function withLabels(plan: CopyPlan, batch: Batch, labels: Labels): Batch {
  const all = typeof labels === 'number' ? null : labels;
  if (all && all.length !== plan.transforms.length) {
    throw new RangeError(`${all.length} labels for ${plan.transforms.length} transformations`);
  }
  const canvases = batch.canvases.map((canvas, i) => ({
    ...canvas,
    windows: plan.canvases[i].windows.map(({ top, left, transform }) => ({
      top,
      left,
      label: all ? all[transform] : (labels as number),
    })),
  }));
  return { ...batch, canvases };
}

/**
 * The adjoint of `transformedBatch`: gradients at the canvases, each [k, height, width, c], added up at the images [k, S, S, c].
 * @throws RangeError when there is not one gradient a canvas, of its size.
 */
export function imageGradient(
  plan: CopyPlan,
  gradients: readonly Float32Array[],
  count: number,
  channels: number,
  workspace = new Workspace(),
): Tensor {
  for (const [i, { height, width }] of plan.canvases.entries()) {
    if (gradients[i]?.length !== count * height * width * channels) {
      throw new RangeError(`canvas ${i} needs a gradient of ${count * height * width * channels} values`);
    }
  }
  const result = tensor([count, plan.side, plan.side, channels]);
  const images = { count, height: plan.side, width: plan.side, channels };
  for (const drawing of plan.drawings) {
    const stack = drawn(drawing, count, channels);
    const sum = workspace.array('gradient at a drawing', sizeOf(stack)).fill(0);
    for (const i of drawing.canvases) {
      unturn(gradients[i], stack, plan.canvases[i].turns, plan.canvases[i].grey, sum);
    }
    undraw(sum, drawing.rows, drawing.columns, result.data, images);
  }
  return result;
}

function drawn({ rows, columns }: Drawing, count: number, channels: number): Stack {
  return { count, height: rows.near.length, width: columns.near.length, channels };
}

function sizeOf({ count, height, width, channels }: Stack): number {
  return count * height * width * channels;
}
