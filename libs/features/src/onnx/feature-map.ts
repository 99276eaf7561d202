import { tensor, type Tensor } from '@fsad/tensors';
import type { OnnxDescription } from './description.ts';

/** Pixels [n, h, w, 3] in [-1, 1] as the network takes them: normalised, channels first where it wants them so. */
export function networkInput(
  pixels: Tensor,
  { mean, deviation, layout }: Pick<OnnxDescription, 'mean' | 'deviation' | 'layout'>,
): Tensor {
  const [count, height, width, channels] = pixels.shape;
  const normalised = tensor(
    pixels.shape,
    pixels.data.map((value, i) => ((value + 1) / 2 - mean[i % 3]) / deviation[i % 3]),
  );
  if (layout === 'nhwc') return normalised;
  const places = height * width;
  const turned = tensor([count, channels, height, width]);
  for (let n = 0, at = 0; n < count; n++) {
    for (let place = 0; place < places; place++) {
      for (let c = 0; c < channels; c++) {
        turned.data[(n * channels + c) * places + place] = normalised.data[at++];
      }
    }
  }
  return turned;
}

/**
 * An output as a feature map [n, rows, columns, channels]: four axes in the network's layout, three of tokens [n, skip + side * side, c], or two [n, c].
 * @throws Error naming the output when its axes are others, or its tokens make no square.
 */
export function featureMap(
  name: string,
  { shape, data }: Tensor,
  { layout, skip }: Pick<OnnxDescription, 'layout' | 'skip'>,
): Tensor {
  const [count] = shape;
  if (shape.length === 2) return tensor([count, 1, 1, shape[1]], data);
  if (shape.length === 3) {
    const [, tokens, channels] = shape;
    const side = Math.round(Math.sqrt(tokens - skip));
    if (side < 1 || side * side !== tokens - skip) {
      throw new Error(
        `output ${name}: ${tokens} tokens less ${skip} make no square; set "skip" to the number of tokens that are no places of the picture`,
      );
    }
    const map = tensor([count, side, side, channels]);
    const size = side * side * channels;
    for (let n = 0; n < count; n++) {
      const start = (n * tokens + skip) * channels;
      map.data.set(data.subarray(start, start + size), n * size);
    }
    return map;
  }
  if (shape.length !== 4) {
    throw new Error(
      `output ${name} has shape [${shape.join(', ')}]; feature maps have two, three or four axes`,
    );
  }
  if (layout === 'nhwc') return tensor(shape, data);
  const [, channels, rows, columns] = shape;
  const map = tensor([count, rows, columns, channels]);
  const places = rows * columns;
  for (let n = 0, at = 0; n < count; n++) {
    for (let c = 0; c < channels; c++) {
      for (let place = 0; place < places; place++) {
        map.data[(n * places + place) * channels + c] = data[at++];
      }
    }
  }
  return map;
}
