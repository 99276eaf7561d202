import type { RandomStream } from './streams.ts';
import { sizeOf, tensor, type Tensor } from './tensor.ts';

/**
 * A tensor of uniform numbers in [-bound, bound). PyTorch's default for convolutions and dense layers is the bound
 * 1/sqrt(fan-in), weights and biases alike.
 */
export function uniformTensor(stream: RandomStream, shape: readonly number[], bound: number): Tensor {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = (2 * stream.uniform() - 1) * bound;
  return tensor(shape, data);
}
