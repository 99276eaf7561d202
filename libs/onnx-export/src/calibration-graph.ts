import { withoutPlaces, type Calibration, type Level } from '@fsad/calibration';
import type { DrawnMap } from '@fsad/detector';
import type { OnnxGraph, Value } from '@fsad/onnx';

/** float64 on the scale of 0 to 1: what `onScale` gives. */
export function drawOnScale(graph: OnnxGraph, value: Value, { ordinary, threshold }: Level): Value {
  const real = (number: number): Value => graph.scalar(number, 'float64');
  const z = graph.op('Div', [graph.op('Sub', [value, real(threshold)]), real(threshold - ordinary)]);
  const bounded = graph.op('Div', [z, graph.op('Add', [graph.op('Abs', [z]), real(1)])]);
  return graph.op('Add', [graph.op('Mul', [bounded, real(0.5)]), real(0.5)]);
}

/** A map on the scale of 0 to 1: what `calibrateMap` makes; the method's own where it was never calibrated. */
export function drawCalibratedMap(
  graph: OnnxGraph,
  { map: made }: Calibration,
  { value, width, height }: DrawnMap,
): Value {
  if (!made) return value;
  if (!made.places) return drawOnScale(graph, value, made);
  const zero = { width, height, data: new Float32Array(width * height) };
  const without = withoutPlaces(zero, made.places).data;
  const places = graph.constant([1, 1, height, width], Float64Array.from(without));
  return drawOnScale(graph, graph.op('Add', [value, places]), made);
}
