import type { OnnxGraph, Value } from '@fsad/onnx';
import type { Bank } from '../bank.ts';
import type { PatchCoreConfig } from '../config.ts';
import { countOfLargest } from '../inspect.ts';
import type { DrawnDistances } from './distances-graph.ts';
import type { DrawnPatches } from './patches-graph.ts';

/** The score, float64 [1]: the mean of the largest distances, or the largest weighted as Eq. 7 says. @throws Error for the latter where some shelves alone are compared with. */
export function drawScore(
  graph: OnnxGraph,
  { score: { fraction, neighbours } }: PatchCoreConfig,
  bank: Bank,
  { vectors: queries, places }: DrawnPatches,
  { distances, vectors, nearest }: DrawnDistances,
): Value {
  if (neighbours === 0) {
    const count = countOfLargest(places, fraction);
    const [largest] = graph.ops('TopK', [distances, graph.whole(count)], 2, { axis: 0, largest: 1 });
    const sum = graph.op('ReduceSum', [graph.cast(largest, 'float64'), graph.whole(0)]);
    return graph.op('Div', [sum, graph.scalar(count, 'float64')]);
  }
  if (!nearest) throw new Error('patchcore: score.neighbours with retrieve cannot be written as ONNX');
  const worst = graph.op('ArgMax', [distances], { axis: 0, keepdims: 1 });
  const distance = graph.cast(graph.op('Gather', [distances, worst], { axis: 0 }), 'float64');
  const [total] = bank.shelves[0].vectors.shape;
  const count = Math.min(neighbours, total);
  if (count < 2) return distance;
  const usual = graph.op('Gather', [vectors, graph.op('Gather', [nearest, worst], { axis: 0 })], { axis: 0 });
  const [, around] = graph.ops('TopK', [lengths(graph, vectors, usual), graph.whole(count)], 2, {
    axis: 0,
    largest: 0,
    sorted: 1,
  });
  const patch = graph.cast(graph.op('Gather', [queries, worst], { axis: 0 }), 'float64');
  const others = graph.cast(graph.op('Gather', [vectors, around], { axis: 0 }), 'float64');
  const exponents = graph.op('Sub', [lengths(graph, others, patch), distance]);
  const sum = graph.op('ReduceSum', [graph.op('Exp', [exponents]), graph.whole(0)]);
  const one = graph.scalar(1, 'float64');
  return graph.op('Mul', [graph.op('Sub', [one, graph.op('Div', [one, sum])]), distance]);
}

/** How far each of some vectors [n, dimensions] is from one [1, dimensions]: [n]. */
function lengths(graph: OnnxGraph, vectors: Value, from: Value): Value {
  const difference = graph.op('Sub', [vectors, from]);
  const square = graph.op('Mul', [difference, difference]);
  return graph.op('Sqrt', [graph.op('ReduceSum', [square, graph.whole(1)], { keepdims: 0 })]);
}
