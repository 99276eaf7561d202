import type { OnnxGraph, Value } from '@fsad/onnx';
import type { PatchCoreConfig } from '../config.ts';
import { countOfLargest } from '../inspect.ts';
import type { Learned } from '../learn.ts';
import { drawMedian, type DrawnDistances } from './distances-graph.ts';
import type { DrawnPatches } from './patches-graph.ts';

/** The score, float64 [1], as `inspectPicture` has it: the mean of the largest distances, averaged over blocks, of a surface less their median; or the largest weighted as Eq. 7 says. @throws Error for the latter where some shelves alone are compared with. */
export function drawScore(
  graph: OnnxGraph,
  config: PatchCoreConfig,
  { bank, evenness }: Learned,
  { vectors: queries, places }: DrawnPatches,
  { distances, strange, nearest }: DrawnDistances,
): Value {
  const { neighbours } = config.score;
  if (evenness) {
    const median = graph.cast(drawMedian(graph, distances, places), 'float64');
    const excess = graph.op('Sub', [drawMeanOfLargest(graph, config, distances), median]);
    return strange ? graph.op('Add', [excess, graph.cast(strange, 'float64')]) : excess;
  }
  if (neighbours === 0) return drawMeanOfLargest(graph, config, distances);
  if (!nearest) throw new Error('patchcore: score.neighbours with retrieve cannot be written as ONNX');
  const { vectors, index } = nearest;
  const worst = graph.op('ArgMax', [distances], { axis: 0, keepdims: 1 });
  const distance = graph.cast(graph.op('Gather', [distances, worst], { axis: 0 }), 'float64');
  const [total] = bank.shelves[0].vectors.shape;
  const count = Math.min(neighbours, total);
  if (count < 2) return distance;
  const usual = graph.op('Gather', [vectors, graph.op('Gather', [index, worst], { axis: 0 })], { axis: 0 });
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

/** float64 [1] */
function drawMeanOfLargest(
  graph: OnnxGraph,
  { grid, score: { block, fraction } }: PatchCoreConfig,
  distances: Value,
): Value {
  const blocks = (grid - block + 1) ** 2;
  const count = countOfLargest(blocks, fraction);
  const square = graph.op('Reshape', [distances, graph.whole(1, 1, grid, grid)]);
  const averaged = block === 1 ? square : graph.op('AveragePool', [square], { kernel_shape: [block, block] });
  const values = graph.op('Reshape', [averaged, graph.whole(blocks)]);
  const [largest] = graph.ops('TopK', [values, graph.whole(count)], 2, { axis: 0, largest: 1 });
  const sum = graph.op('ReduceSum', [graph.cast(largest, 'float64'), graph.whole(0)]);
  return graph.op('Div', [sum, graph.scalar(count, 'float64')]);
}

/** How far each of some vectors [n, dimensions] is from one [1, dimensions]: [n]. */
function lengths(graph: OnnxGraph, vectors: Value, from: Value): Value {
  const difference = graph.op('Sub', [vectors, from]);
  const square = graph.op('Mul', [difference, difference]);
  return graph.op('Sqrt', [graph.op('ReduceSum', [square, graph.whole(1)], { keepdims: 0 })]);
}
