import type { DrawnMap } from '@fsad/features';
import { applyMatrices, probed, product, type Matrix, type OnnxGraph, type Value } from '@fsad/onnx';
import type { PatchCoreConfig } from '../config.ts';
import { averageNeighbours } from '../embed.ts';
import type { Usual } from '../standard.ts';
import { resampleMatrix } from './resample-matrix.ts';

/** Least squared length that is divided by; nothing shorter occurs but zero. */
const LEAST = 1e-30;

/** The patches of a picture in a graph. */
export interface DrawnPatches {
  /** float32 [places, dimensions] */
  readonly vectors: Value;
  /** The same as [1, dimensions, grid, grid]. */
  readonly grid: Value;
  readonly places: number;
  readonly dimensions: number;
}

/** What `embed` and `standardise` make of feature maps. */
export function drawPatches(
  graph: OnnxGraph,
  { grid, neighbourhood, softness }: PatchCoreConfig,
  usual: Usual | null,
  maps: readonly DrawnMap[],
): DrawnPatches {
  let first = 0;
  const layers = maps.map(({ value, side, channels }, layer) => {
    const matrices = [product(resampleMatrix(side, grid), averageMatrix(side, neighbourhood))];
    const brought = applyMatrices(graph, value, matrices, matrices);
    const start = first;
    first += channels;
    if (!usual || softness === null) return brought;
    const mean = graph.constant([1, channels, 1, 1], usual.mean.slice(start, first));
    const less = graph.op('Sub', [brought, mean]);
    const square = graph.op('ReduceSum', [graph.op('Mul', [less, less]), graph.whole(1)], { keepdims: 1 });
    const soft = graph.op('Add', [square, graph.scalar(softness * usual.energy[layer])]);
    const length = graph.op('Sqrt', [graph.op('Max', [soft, graph.scalar(LEAST)])]);
    return graph.op('Div', [less, length]);
  });
  const dimensions = first;
  const all = graph.op('Concat', layers, { axis: 1 });
  const places = grid * grid;
  const flat = graph.op('Reshape', [all, graph.whole(dimensions, places)]);
  return { vectors: graph.op('Transpose', [flat], { perm: [1, 0] }), grid: all, places, dimensions };
}

/** One axis of `averageNeighbours`. */
function averageMatrix(side: number, neighbourhood: number): Matrix {
  return probed(side, (data) => averageNeighbours({ shape: [1, side, 1, 1], data }, neighbourhood).data);
}
