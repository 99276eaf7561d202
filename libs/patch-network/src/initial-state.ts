import { sizeOf, tensor, uniformTensor, type RandomStream, type Tensor } from '@fsad/tensors';
import type { NetworkSpec, NetworkState } from './engine.ts';
import { runningShapes, trainableShapes } from './layout.ts';

/**
 * A network at its start, drawn from one stream a tensor: convolution weights N(0, 0.02), scales of batch normalisation N(1, 0.02), convolution biases by
 * PyTorch's default, uniform within 1 / sqrt(fan-in); everything else as if it did nothing (docs/presets.md#5.8).
 */
export function initialState(spec: NetworkSpec, stream: (tensorName: string) => RandomStream): NetworkState {
  const shapes = [...trainableShapes(spec), ...runningShapes(spec)];
  return new Map(shapes.map(([name, shape]) => [name, initialTensor(spec, name, shape, stream(name))]));
}

function initialTensor(
  spec: NetworkSpec,
  name: string,
  shape: readonly number[],
  stream: RandomStream,
): Tensor {
  const normal = (mean: number): Float32Array =>
    stream.normal(sizeOf(shape)).map((value) => mean + 0.02 * value);
  if (name.endsWith('conv.weight')) return tensor(shape, normal(0));
  if (name.endsWith('norm.weight')) return tensor(shape, normal(1));
  if (name.endsWith('conv.bias')) {
    const inputs = name.startsWith('block0') ? spec.inputChannels : spec.width;
    return uniformTensor(stream, shape, 1 / Math.sqrt(9 * inputs));
  }
  return tensor(shape, new Float32Array(sizeOf(shape)).fill(name.endsWith('runningVariance') ? 1 : 0));
}
