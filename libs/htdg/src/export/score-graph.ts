import type { OnnxGraph, Value } from '@fsad/onnx';
import { patchCount, type ScoreSettings } from '@fsad/scoring';
import type { DrawnPatches } from './windows-graph.ts';

/** The anomaly score, float64 [1], from the patches of all scales: what `scaleNormality` and `anomalyScores` give. */
export function drawScore(
  graph: OnnxGraph,
  scales: readonly DrawnPatches[],
  fraction: number,
  settings: ScoreSettings,
): Value {
  const normality = scales.map(({ probabilities, side }) => {
    const patches = side * side;
    const keep = patchCount(patches, fraction);
    const copies = graph.op('Reshape', [probabilities, graph.whole(-1, patches)]);
    const sum = total(graph, graph.cast(smallest(graph, copies, keep, patches), 'float64'));
    return settings.patches === 'mean' ? graph.op('Div', [sum, graph.scalar(keep, 'float64')]) : sum;
  });
  const sum = total(graph, graph.op('Concat', normality, { axis: 0 }));
  const divisor = settings.scales === 'mean' ? scales.length : 1;
  return graph.op('Div', [graph.op('Neg', [sum]), graph.scalar(divisor, 'float64')]);
}

/** The sum over all of a tensor, [1]. */
export function total(graph: OnnxGraph, values: Value): Value {
  return graph.op('ReduceSum', [graph.op('Reshape', [values, graph.whole(-1)]), graph.whole(0)]);
}

/** The `keep` smallest of each row of [n, count], ascending where there are fewer than all. */
export function smallest(graph: OnnxGraph, rows: Value, keep: number, count: number): Value {
  if (keep === count) return rows;
  return graph.ops('TopK', [rows, graph.whole(keep)], 2, { axis: 1, largest: 0, sorted: 1 })[0];
}
