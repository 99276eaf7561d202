import type { OnnxGraph, Value } from '@fsad/onnx';
import {
  blockChannels,
  BLOCKS,
  LEAKY_SLOPE,
  NORM_EPSILON,
  type NetworkSpec,
  type NetworkState,
} from '@fsad/patch-network';

/** A patch network with frozen statistics whose weights lie in a graph. */
export interface DrawnNetwork {
  /** Probabilities [n, outputs, h, w] of pixels [n, 3, H, W], softmax over all outputs but the excluded one, which is left out. */
  classify(pixels: Value): Value;
}

/** Writes a discriminator's weights into a graph, batch normalisation folded into its convolutions. */
export function drawNetwork(
  graph: OnnxGraph,
  spec: NetworkSpec,
  state: NetworkState,
  excludedLabel: number | null,
): DrawnNetwork {
  const blocks = Array.from({ length: BLOCKS }, (_, block) => {
    const { input, output } = blockChannels(spec, block);
    const kept = Array.from({ length: output }, (_, o) => o).filter(
      (o) => block < BLOCKS - 1 || o !== excludedLabel,
    );
    const { filter, bias } = folded(state, block, input, output, kept);
    return {
      filter: graph.constant([kept.length, input, 3, 3], filter),
      bias: graph.constant([kept.length], bias),
    };
  });
  const pad = spec.padding === 'same' ? 1 : 0;
  return {
    classify(pixels) {
      let x = pixels;
      for (const [block, { filter, bias }] of blocks.entries()) {
        x = graph.op('Conv', [x, filter, bias], { kernel_shape: [3, 3], pads: [pad, pad, pad, pad] });
        if (block < BLOCKS - 1) x = graph.op('LeakyRelu', [x], { alpha: { float: LEAKY_SLOPE } });
      }
      return graph.op('Softmax', [x], { axis: 1 });
    },
  };
}

/** The outputs `kept` of a block's convolution as ONNX has them, [kept, input, 3, 3], after the normalisation that follows. */
function folded(
  state: NetworkState,
  block: number,
  input: number,
  output: number,
  kept: readonly number[],
): { filter: Float32Array; bias: Float32Array } {
  const get = (name: string): Float32Array | undefined => state.get(`block${block}.${name}`)?.data;
  const weight = get('conv.weight')!;
  const [gain, shift, mean, variance] = ['weight', 'bias', 'runningMean', 'runningVariance'].map((name) =>
    get(`norm.${name}`),
  );
  const filter = new Float32Array(kept.length * input * 9);
  const bias = new Float32Array(kept.length);
  for (const [k, o] of kept.entries()) {
    const scale = gain && variance ? gain[o] / Math.sqrt(variance[o] + NORM_EPSILON) : 1;
    for (let c = 0; c < input; c++) {
      for (let tap = 0; tap < 9; tap++) {
        filter[(k * input + c) * 9 + tap] = weight[(tap * input + c) * output + o] * scale;
      }
    }
    bias[k] = (get('conv.bias')![o] - (mean?.[o] ?? 0)) * scale + (shift?.[o] ?? 0);
  }
  return { filter, bias };
}
