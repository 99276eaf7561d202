import type { OnnxGraph, Value } from '@fsad/onnx';
import { blocks } from './architecture.ts';
import type { DrawnMap } from './extractor.ts';
import type { Folded } from './fold.ts';

/** What `runNetwork` computes, as part of an ONNX graph: the outputs of the blocks `wanted`, of square pixels [1, 3, side, side] in [-1, 1]. */
export function drawNetwork(
  graph: OnnxGraph,
  folded: ReadonlyMap<string, Folded>,
  pixels: Value,
  side: number,
  wanted: readonly number[],
): DrawnMap[] {
  const outputs = new Map<number, DrawnMap>();
  const last = Math.max(...wanted);
  let x: DrawnMap = { value: pixels, side, channels: 3 };
  const convolve = (name: string, from: DrawnMap, stride: number, rectified: boolean): DrawnMap =>
    drawConvolution(graph, folded.get(name) as Folded, from, stride, rectified);
  x = convolve('_conv_stem', x, 2, true);
  for (let i = 0; i <= last; i++) {
    const { input, output, expansion, stride } = blocks[i];
    const name = `_blocks.${i}`;
    const wide = expansion > 1 ? convolve(`${name}._expand_conv`, x, 1, true) : x;
    const narrow = convolve(
      `${name}._project_conv`,
      convolve(`${name}._depthwise_conv`, wide, stride, true),
      1,
      false,
    );
    x =
      stride === 1 && input === output
        ? { ...narrow, value: graph.op('Add', [x.value, narrow.value]) }
        : narrow;
    outputs.set(i, x);
  }
  return wanted.map((i) => outputs.get(i) as DrawnMap);
}

/** TensorFlow's padding `same`: as many places as fit the stride, more zeros at the end than at the start where they are odd. */
function drawConvolution(
  graph: OnnxGraph,
  { filter, bias }: Folded,
  x: DrawnMap,
  stride: number,
  rectified: boolean,
): DrawnMap {
  const [taps, , input, output] = filter.shape;
  const depthwise = output === 1;
  const channels = bias.data.length;
  const side = Math.ceil(x.side / stride);
  const padding = Math.max((side - 1) * stride + taps - x.side, 0);
  const [before, after] = [Math.floor(padding / 2), Math.ceil(padding / 2)];
  const shape = [channels, depthwise ? 1 : input, taps, taps];
  const weights = graph.constant(shape, channelsFirst(filter.data, taps * taps, shape[1], channels));
  const convolved = graph.op('Conv', [x.value, weights, graph.constant([channels], bias.data)], {
    kernel_shape: [taps, taps],
    strides: [stride, stride],
    pads: [before, before, after, after],
    group: depthwise ? channels : 1,
  });
  const value = rectified ? graph.op('Clip', [convolved, graph.scalar(0), graph.scalar(6)]) : convolved;
  return { value, side, channels };
}

/** From [taps, input, output] to [output, input, taps]. */
function channelsFirst(data: Float32Array, taps: number, input: number, output: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let tap = 0, at = 0; tap < taps; tap++) {
    for (let i = 0; i < input; i++) {
      for (let o = 0; o < output; o++) result[(o * input + i) * taps + tap] = data[at++];
    }
  }
  return result;
}
