import { tensor, type Tensor } from '@fsad/tensors';

/** A tensor the published code stored, channels second, [n, c, h, w], as [n, h, w, c]. */
export function channelsLast({ shape: [count, channels, height, width], data }: Tensor): Tensor {
  const result = tensor([count, height, width, channels]);
  const plane = height * width;
  let i = 0;
  for (let n = 0; n < count; n++) {
    for (let p = 0; p < plane; p++) {
      for (let c = 0; c < channels; c++) result.data[i++] = data[(n * channels + c) * plane + p];
    }
  }
  return result;
}

/**
 * A tensor of a network that the published code stored under `prefix`, by our name for it (`block2.conv.weight`); filters as [3, 3, in, out].
 * Undefined where there is none.
 */
export function publishedParameter(
  tensors: ReadonlyMap<string, Tensor>,
  prefix: string,
  name: string,
): Tensor | undefined {
  // The discriminator's last convolution is `tail`; the generator's is followed by tanh, which makes it `tail.0`.
  const tail = tensors.has(`${prefix}.tail.weight`) ? 'tail' : 'tail.0';
  const theirs = name
    .replace('block0', 'head')
    .replace(/block([123])/, 'body.block$1')
    .replace('block4.conv', tail)
    .replace('runningMean', 'running_mean')
    .replace('runningVariance', 'running_var');
  const found = tensors.get(`${prefix}.${theirs}`);
  return found?.shape.length === 4 ? tapsFirst(found) : found;
}

/** Filters [out, in, 3, 3] as [3, 3, in, out]. */
function tapsFirst({ shape: [output, input], data }: Tensor): Tensor {
  const result = tensor([3, 3, input, output]);
  let i = 0;
  for (let tap = 0; tap < 9; tap++) {
    for (let c = 0; c < input; c++) {
      for (let o = 0; o < output; o++) result.data[i++] = data[(o * input + c) * 9 + tap];
    }
  }
  return result;
}
