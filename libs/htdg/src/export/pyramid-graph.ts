import type { Resampler } from '@fsad/images';
import { applyMatrices, matrixOf, type Matrix, type OnnxGraph, type Value } from '@fsad/onnx';
import { pyramidAxes, type PyramidSettings } from '@fsad/pyramid';

/** The scales of a picture [1, 1 or 3, S, S] of levels 0 to 255 at the input side: [1, 3, S, S] in [-1, 1] each, coarsest first. */
export function drawScales(
  graph: OnnxGraph,
  levels: Value,
  channels: 1 | 3,
  settings: PyramidSettings,
): Value[] {
  const unit = graph.op('Div', [levels, graph.scalar(255)]);
  const values = inRange(graph, unit);
  const picture = channels === 3 ? values : graph.op('Concat', [values, values, values], { axis: 1 });
  const { finest, scales } = pyramidAxes(settings.inputSide, settings);
  const largest = drawResize(graph, picture, finest, settings.quantise);
  return scales.map((axis) => drawResize(graph, largest, axis, settings.quantise));
}

/** From 0 .. 1 to -1 .. 1, in the order that `imageToTensor` keeps. */
function inRange(graph: OnnxGraph, unit: Value): Value {
  return graph.op('Mul', [graph.op('Sub', [unit, graph.scalar(0.5)]), graph.scalar(2)]);
}

/** As `resize` or, with `quantise`, `resizeQuantised`: truncated to whole levels before, clamped after. Sums are of double precision, as there: truncation must fall alike. */
function drawResize(graph: OnnxGraph, picture: Value, axis: Resampler | null, quantise: boolean): Value {
  if (!axis) return picture;
  const matrices = [resamplerMatrix(axis)];
  const apply = (values: Value): Value =>
    applyMatrices(graph, graph.cast(values, 'float64'), matrices, matrices, 'float64');
  if (!quantise) return graph.cast(apply(picture), 'float32');
  const half = graph.op('Mul', [graph.op('Add', [picture, graph.scalar(1)]), graph.scalar(0.5)]);
  const unit = graph.op('Clip', [half, graph.scalar(0), graph.scalar(1)]);
  const levels = graph.op('Floor', [graph.op('Mul', [unit, graph.scalar(255)])]);
  const resized = graph.op('Div', [apply(levels), graph.scalar(255, 'float64')]);
  const values = inRange(graph, graph.cast(resized, 'float32'));
  return graph.op('Clip', [values, graph.scalar(-1), graph.scalar(1)]);
}

function resamplerMatrix({ input, output, taps, indices, weights }: Resampler): Matrix {
  return matrixOf(output, input, (row) =>
    Array.from({ length: taps }, (_, j) => [indices[row * taps + j], weights[row * taps + j]] as const),
  );
}
