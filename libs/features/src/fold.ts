import { tensor, type Tensor } from '@fsad/tensors';
import { blocks, stemChannels } from './architecture.ts';

/** A convolution with its batch normalisation inside: filter [side, side, input, output], for a depthwise one [side, side, channels, 1]. */
export interface Folded {
  readonly filter: Tensor;
  readonly bias: Tensor;
}

/** Batch normalisation's epsilon in EfficientNet. */
const epsilon = 1e-3;

/**
 * Takes the network's convolutions up to block `last`, each with the batch normalisation after it, out of PyTorch's tensors: y = g (x * w - m) / s + b is
 * the convolution by w g / s with the bias b - m g / s, where s = sqrt(variance + epsilon).
 * @throws Error naming `origin` and a tensor that is missing or has another shape.
 */
export function foldNetwork(
  state: ReadonlyMap<string, Tensor>,
  last: number,
  origin: string,
): Map<string, Folded> {
  const folded = new Map<string, Folded>();
  const add = (name: string, norm: string, shape: readonly number[]): void =>
    void folded.set(name, fold(state, name, norm, shape, origin));
  add('_conv_stem', '_bn0', [stemChannels, 3, 3, 3]);
  for (const [i, { input, output, expansion, side }] of blocks.slice(0, last + 1).entries()) {
    const inside = input * expansion;
    const block = `_blocks.${i}`;
    if (expansion > 1) add(`${block}._expand_conv`, `${block}._bn0`, [inside, input, 1, 1]);
    add(`${block}._depthwise_conv`, `${block}._bn1`, [inside, 1, side, side]);
    add(`${block}._project_conv`, `${block}._bn2`, [output, inside, 1, 1]);
  }
  return folded;
}

function fold(
  state: ReadonlyMap<string, Tensor>,
  name: string,
  norm: string,
  shape: readonly number[],
  origin: string,
): Folded {
  const [output, input, side] = shape;
  const { data } = take(state, `${name}.weight`, shape, origin);
  const [gain, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (part) => take(state, `${norm}.${part}`, [output], origin).data,
  );
  const scale = gain.map((value, o) => value / Math.sqrt(variance[o] + epsilon));
  const bias = shift.map((value, o) => value - mean[o] * scale[o]);
  // PyTorch has the output channel outermost; TensorFlow has it innermost, and a depthwise filter's channel before a single output.
  const depthwise = input === 1;
  const filter = tensor(depthwise ? [side, side, output, 1] : [side, side, input, output]);
  const taps = side * side;
  for (let o = 0, from = 0; o < output; o++) {
    for (let i = 0; i < input; i++) {
      for (let tap = 0; tap < taps; tap++, from++) {
        filter.data[(tap * input + i) * output + o] = data[from] * scale[o];
      }
    }
  }
  return { filter, bias: tensor([output], bias) };
}

function take(
  state: ReadonlyMap<string, Tensor>,
  name: string,
  shape: readonly number[],
  origin: string,
): Tensor {
  const found = state.get(name);
  if (!found)
    throw new Error(`${origin}: tensor ${name} is missing; these are not EfficientNet-Lite0's weights`);
  if (found.shape.join() !== shape.join()) {
    throw new Error(
      `${origin}: tensor ${name} has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`,
    );
  }
  return found;
}
