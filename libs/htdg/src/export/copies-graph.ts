import {
  applyMatrices,
  matrixOf,
  turnedMatrices,
  type AxisMatrices,
  type Matrix,
  type OnnxGraph,
  type Value,
} from '@fsad/onnx';
import { LUMA, type Axis, type CopyPlan } from '@fsad/transforms';

/** Canvases of equal sides in one tensor. */
export interface CanvasGroup {
  /** [n, 3, height, width] */
  readonly pixels: Value;
  /** Numbers of the plan's canvases, in the tensor's order. */
  readonly canvases: readonly number[];
}

/** The canvases of a plan, of a picture [1, 3, S, S]: what `transformedBatch` makes. */
export function drawCanvases(graph: OnnxGraph, picture: Value, plan: CopyPlan): CanvasGroup[] {
  const matrices: AxisMatrices[] = [];
  for (const { rows, columns, canvases } of plan.drawings) {
    const [down, across] = [axisMatrix(rows, plan.side), axisMatrix(columns, plan.side)];
    for (const i of canvases) matrices[i] = turnedMatrices(plan.canvases[i].turns, down, across);
  }
  const kinds = plan.canvases.map(({ grey }, i) => Number(matrices[i].transposed) + 2 * Number(grey));
  const pictures = kindsOf(graph, picture, Math.max(...kinds) > 1);
  return bySides(plan).map((canvases) => {
    const source = graph.op('Gather', [pictures, graph.whole(...canvases.map((i) => kinds[i]))], { axis: 0 });
    const rows = canvases.map((i) => matrices[i].rows);
    const columns = canvases.map((i) => matrices[i].columns);
    return { pixels: applyMatrices(graph, source, rows, columns), canvases };
  });
}

/** The picture as it is and transposed; and, where they are wanted, both in grey: [2 or 4, 3, S, S]. */
function kindsOf(graph: OnnxGraph, picture: Value, greys: boolean): Value {
  const transposed = graph.op('Transpose', [picture], { perm: [0, 1, 3, 2] });
  const coloured = graph.op('Concat', [picture, transposed], { axis: 0 });
  if (!greys) return coloured;
  const filter = graph.constant([3, 3, 1, 1], Float32Array.from([...LUMA, ...LUMA, ...LUMA]));
  return graph.op('Concat', [coloured, graph.op('Conv', [coloured, filter])], { axis: 0 });
}

/** The numbers of a plan's canvases, those of equal sides together. */
function bySides({ canvases }: CopyPlan): number[][] {
  const groups = new Map<string, number[]>();
  for (const [i, { height, width }] of canvases.entries()) {
    const key = `${height} x ${width}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return [...groups.values()];
}

function axisMatrix({ near, far, weight }: Axis, side: number): Matrix {
  return matrixOf(near.length, side, (i) => [
    [near[i], 1 - weight[i]],
    [far[i], weight[i]],
  ]);
}
