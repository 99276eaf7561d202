import {
  applyMatrices,
  identityMatrix,
  matrixOf,
  probed,
  product,
  turnedMatrices,
  type AxisMatrices,
  type Matrix,
  type OnnxGraph,
  type Value,
} from '@fsad/onnx';
import { patchCount, spreadRows } from '@fsad/scoring';
import { inversePositions, type CopyPlan } from '@fsad/transforms';
import { smallest, total } from './score-graph.ts';
import type { DrawnPatches } from './windows-graph.ts';

/** The anomaly map, float64 [1, 1, S, S], of the finest scale: what `localise` makes. */
export function drawMap(graph: OnnxGraph, plan: CopyPlan, patches: DrawnPatches, fraction: number): Value {
  const { side } = patches;
  const map = drawPatchMap(graph, plan, patches, fraction);
  const middle = ((side * side - 1) >> 1) + 1;
  const ordered = smallest(
    graph,
    graph.op('Reshape', [map, graph.whole(1, side * side)]),
    middle,
    side * side,
  );
  const ordinary = graph.op('Gather', [ordered, graph.whole(middle - 1)], { axis: 1 });
  const spread = [probed(side, (row) => spreadRows(row, side, plan.side))];
  const above = applyMatrices(graph, graph.op('Sub', [map, ordinary]), spread, spread, 'float64');
  return graph.op('Add', [above, ordinary]);
}

/** [1, 1, P, P]: the mean over the copies of the suspicion of their patches, each brought back. */
function drawPatchMap(graph: OnnxGraph, plan: CopyPlan, patches: DrawnPatches, fraction: number): Value {
  const { side, transforms } = patches;
  const suspicion = drawSuspicion(graph, patches, fraction);
  const levels = graph.op('ReduceMean', [suspicion], { axes: [2, 3], keepdims: 1 });
  const both = graph.op('Sub', [suspicion, levels]);
  const pictures = graph.op('Concat', [both, graph.op('Transpose', [both], { perm: [0, 1, 3, 2] })], {
    axis: 0,
  });
  const back = transforms.map((transform) => backMatrices(plan, transform, side));
  const source = back.map(({ transposed }, copy) => copy + (transposed ? transforms.length : 0));
  const upright = applyMatrices(
    graph,
    graph.op('Gather', [pictures, graph.whole(...source)], { axis: 0 }),
    back.map(({ rows }) => rows),
    back.map(({ columns }) => columns),
    'float64',
  );
  const sum = graph.op('ReduceSum', [upright, graph.whole(0)], { keepdims: 1 });
  const around = graph.op('Div', [sum, graph.constant([1, 1, side, side], shownCounts(plan, patches))]);
  const mean = graph.op('Div', [total(graph, levels), graph.scalar(transforms.length, 'float64')]);
  return graph.op('Add', [around, mean]);
}

/** float64 [copies, 1, P, P]: 1 - probability of the patches that count, 0 of the others. */
function drawSuspicion(graph: OnnxGraph, { probabilities, side }: DrawnPatches, fraction: number): Value {
  const count = side * side;
  const keep = patchCount(count, fraction);
  const rows = graph.op('Reshape', [probabilities, graph.whole(-1, count)]);
  let suspicion = graph.op('Sub', [graph.scalar(1), rows]);
  if (keep < count) {
    const limit = graph.op('Gather', [smallest(graph, rows, keep, count), graph.whole(keep - 1)], {
      axis: 1,
    });
    const counts = graph.op('LessOrEqual', [rows, limit]);
    suspicion = graph.op('Where', [counts, suspicion, graph.scalar(0)]);
  }
  return graph.cast(graph.op('Reshape', [suspicion, graph.whole(-1, 1, side, side)]), 'float64');
}

/** What `invertOnMap` does: turned back, then moved and flipped back; rows of what nobody saw are zero. */
function backMatrices(plan: CopyPlan, transform: number, side: number): AxisMatrices {
  const { turns } = plan.transforms[transform];
  const positions = inversePositions(side, plan.transforms[transform], plan.side, plan.rule);
  const one = identityMatrix(side);
  const turned = turnedMatrices((4 - turns) % 4, one, one);
  const moved = (places: readonly (number | null)[], matrix: Matrix): Matrix =>
    product(
      matrixOf(side, side, (i) => between(places[i], side)),
      matrix,
    );
  return {
    transposed: turned.transposed,
    rows: moved(positions.rows, turned.rows),
    columns: moved(positions.columns, turned.columns),
  };
}

function between(place: number | null, side: number): [number, number][] {
  if (place === null) return [];
  const low = Math.floor(place);
  return [
    [low, 1 - (place - low)],
    [Math.min(low + 1, side - 1), place - low],
  ];
}

/** How many copies show each place, 1 for one that none does. */
function shownCounts(plan: CopyPlan, { side, transforms }: DrawnPatches): Float64Array {
  const counts = new Float64Array(side * side);
  for (const transform of transforms) {
    const { rows, columns } = inversePositions(side, plan.transforms[transform], plan.side, plan.rule);
    for (const [i, row] of rows.entries()) {
      for (const [j, column] of columns.entries())
        if (row !== null && column !== null) counts[i * side + j]++;
    }
  }
  return counts.map((count) => Math.max(count, 1));
}
