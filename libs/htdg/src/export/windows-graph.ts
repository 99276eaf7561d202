import type { PatchTask } from '@fsad/discriminator';
import { applyMatrices, matrixOf, type Matrix, type OnnxGraph, type Value } from '@fsad/onnx';
import { tensor } from '@fsad/tensors';
import { drawCanvases } from './copies-graph.ts';
import type { DrawnNetwork } from './network-graph.ts';

/** The probability of the true class at every patch of every copy. */
export interface DrawnPatches {
  /** float32 [copies, side, side] */
  readonly probabilities: Value;
  /** P of a copy is side * side. */
  readonly side: number;
  /** The number of the transformation that each copy is of. */
  readonly transforms: readonly number[];
}

/** What `DiscriminatorNetwork.score` gives for a scale [1, 3, S, S] of one picture, copy by copy. */
export function drawPatches(
  graph: OnnxGraph,
  picture: Value,
  task: PatchTask,
  network: DrawnNetwork,
  side: number,
): DrawnPatches {
  const { probePlan: plan, excludedLabel } = task;
  const labels = task
    .probe(tensor([1, plan.side, plan.side, 3]))
    .canvases.map(({ windows }) => windows.map(({ label }) => label));
  const place = (label: number): number =>
    excludedLabel !== null && label > excludedLabel ? label - 1 : label;
  const parts: Value[] = [];
  const transforms: number[] = [];
  for (const { pixels, canvases } of drawCanvases(graph, picture, plan)) {
    const windows = canvases.flatMap((canvas, at) =>
      plan.canvases[canvas].windows.map((window, w) => ({ ...window, at, label: labels[canvas][w] })),
    );
    const pairs = BigInt64Array.from(
      windows.flatMap(({ at, label }) => [at, place(label)]),
      BigInt,
    );
    const probabilities = graph.op('GatherND', [
      network.classify(pixels),
      graph.constant([windows.length, 2], pairs),
    ]);
    const { height, width } = plan.canvases[canvases[0]];
    const frame = plan.side - side;
    const down = windows.map(({ top }) => cut(height - frame, top, side));
    const across = windows.map(({ left }) => cut(width - frame, left, side));
    const stacked = graph.op('Unsqueeze', [probabilities, graph.whole(1)]);
    parts.push(
      graph.op('Reshape', [applyMatrices(graph, stacked, down, across), graph.whole(-1, side, side)]),
    );
    transforms.push(...windows.map(({ transform }) => transform));
  }
  return { probabilities: graph.op('Concat', parts, { axis: 0 }), side, transforms };
}

/** Takes `side` of `length` entries, from `first` on. */
function cut(length: number, first: number, side: number): Matrix {
  return matrixOf(side, length, (i) => [[first + i, 1]]);
}
