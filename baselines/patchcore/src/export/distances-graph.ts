import { applyMatrices, type OnnxGraph, type Value } from '@fsad/onnx';
import { concatenate } from '@fsad/tensors';
import { OUTLINE_GRID, type Bank, type Shelf } from '../bank.ts';
import type { PatchCoreConfig } from '../config.ts';
import { partsOf } from '../embed.ts';
import type { Learned } from '../learn.ts';
import type { DrawnPatches } from './patches-graph.ts';
import { resampleMatrix } from './resample-matrix.ts';

/** What was found of the patches of a picture. */
export interface DrawnDistances {
  /** float32 [places]; with `own` the smaller of those to the bank and to the picture's own patches. */
  readonly distances: Value;
  /** float32 [1]: by how much the picture is a stranger as a whole; null where that is not asked for. */
  readonly strange: Value | null;
  /** Where all of the bank is compared with: its vectors, float32 [count, dimensions], and the nearest of them, int64 [places]. Null where some shelves are, or part by part. */
  readonly nearest: { readonly vectors: Value; readonly index: Value } | null;
}

/** The distances of patches as `inspectPicture` has them. */
export function drawDistances(
  graph: OnnxGraph,
  { retrieve, own, grid }: PatchCoreConfig,
  { bank, evenness, reach }: Learned,
  patches: DrawnPatches,
): DrawnDistances {
  const shelves = retrieve === null ? null : drawResembling(graph, bank, patches, grid, retrieve);
  const parts = drawParts(graph, bank, patches);
  const nearest = parts.map((part) => drawNearest(graph, part, shelves));
  const distances = added(graph, nearest);
  if (!shelves && parts.length === 1) {
    const [{ queries, vectors }] = parts;
    const index = graph.op('ArgMin', [products(graph, queries, vectors)], { axis: 1, keepdims: 0 });
    return { distances, strange: null, nearest: { vectors, index } };
  }
  if (!own) return { distances, strange: null, nearest: null };
  const excess = graph.op('Sub', [drawMedian(graph, distances, patches.places), graph.scalar(reach)]);
  const strange = graph.op('Mul', [graph.op('Max', [excess, graph.scalar(0)]), graph.scalar(own.doubt)]);
  const close = drawClose(graph, grid, own.radius);
  const explained = parts.map((part, p) => graph.op('Min', [nearest[p], drawOwn(graph, part, close)]));
  const smaller = graph.op('Min', [distances, graph.op('Add', [added(graph, explained), strange])]);
  const even = evenness ? graph.op('Mul', [smaller, graph.constant([evenness.length], evenness)]) : smaller;
  return { distances: even, strange, nearest: null };
}

/** A part of the patches of a picture and of the bank: float32 [places, numbers], [places], [count, numbers]. */
interface DrawnPart {
  readonly queries: Value;
  readonly squares: Value;
  readonly vectors: Value;
}

function drawParts(graph: OnnxGraph, { shelves, parts }: Bank, patches: DrawnPatches): DrawnPart[] {
  const all = concatenate(shelves.map(({ vectors }) => vectors.data));
  const count = all.length / patches.dimensions;
  const bank = partsOf({ rows: count, columns: 1, dimensions: patches.dimensions, data: all }, parts);
  let first = 0;
  return bank.map(({ dimensions, data }) => {
    const [from, to] = [first, (first += dimensions)].map((number) => graph.whole(number));
    const queries =
      parts.length === 1 ? patches.vectors : graph.op('Slice', [patches.vectors, from, to, graph.whole(1)]);
    return {
      queries,
      squares: squaresOf(graph, queries),
      vectors: graph.constant([count, dimensions], data),
    };
  });
}

/** Distances of a part to the nearest vector on some shelves, or of all: float32 [places]. */
function drawNearest(
  graph: OnnxGraph,
  { queries, squares, vectors }: DrawnPart,
  shelves: readonly DrawnShelf[] | null,
): Value {
  const among = shelves
    ? shelves.map(({ start, end }) => graph.op('Slice', [vectors, start, end, graph.whole(0)]))
    : [vectors];
  const least = among.map((some) =>
    graph.op('ReduceMin', [products(graph, queries, some)], { axes: [1], keepdims: 0 }),
  );
  return distancesOf(graph, least.length > 1 ? graph.op('Min', least) : least[0], squares);
}

function added(graph: OnnxGraph, values: readonly Value[]): Value {
  return values.reduce((sum, value) => graph.op('Add', [sum, value]));
}

/** Where in the bank a shelf begins and ends, int64 [1] each. */
interface DrawnShelf {
  readonly start: Value;
  readonly end: Value;
}

/** The shelves that `Bank.resembling` gives. */
function drawResembling(
  graph: OnnxGraph,
  { shelves }: Bank,
  { grid: patches }: DrawnPatches,
  grid: number,
  count: number,
): DrawnShelf[] {
  const pictures = new Set(shelves.map(({ picture }) => picture)).size;
  const views = shelves.length / pictures;
  requireInOrder(shelves, views);
  const matrices = [resampleMatrix(grid, Math.min(grid, OUTLINE_GRID))];
  const outline = graph.op('Transpose', [applyMatrices(graph, patches, matrices, matrices)], {
    perm: [0, 2, 3, 1],
  });
  const size = shelves[0].outline.length;
  const known = graph.constant([shelves.length, size], concatenate(shelves.map(({ outline: one }) => one)));
  const difference = graph.op('Sub', [
    graph.cast(known, 'float64'),
    graph.cast(graph.op('Reshape', [outline, graph.whole(1, size)]), 'float64'),
  ]);
  const differences = graph.op('ReduceSum', [graph.op('Mul', [difference, difference]), graph.whole(1)], {
    keepdims: 0,
  });
  const table = graph.op('Reshape', [differences, graph.whole(pictures, views)]);
  const best = graph.op('ReduceMin', [table], { axes: [1], keepdims: 0 });
  const view = graph.op('ArgMin', [table], { axis: 1, keepdims: 0 });
  const most = Math.min(count, pictures);
  const [, chosen] = graph.ops('TopK', [best, graph.whole(most)], 2, { axis: 0, largest: 0, sorted: 1 });
  const which = graph.op('Add', [
    graph.op('Mul', [chosen, graph.whole(views)]),
    graph.op('Gather', [view, chosen], { axis: 0 }),
  ]);
  const starts: number[] = [0];
  for (const { vectors } of shelves) starts.push(starts[starts.length - 1] + vectors.shape[0]);
  const [from, to] = [graph.whole(...starts.slice(0, -1)), graph.whole(...starts.slice(1))];
  return Array.from({ length: most }, (_, i) => {
    const shelf = graph.op('Gather', [which, graph.whole(i)], { axis: 0 });
    return {
      start: graph.op('Gather', [from, shelf], { axis: 0 }),
      end: graph.op('Gather', [to, shelf], { axis: 0 }),
    };
  });
}

/** @throws Error unless shelves come picture by picture, with as many views of each. */
function requireInOrder(shelves: readonly Shelf[], views: number): void {
  const first = shelves.filter((_, i) => i % views === 0).map(({ picture }) => picture);
  if (shelves.some(({ picture }, i) => picture !== first[Math.floor(i / views)])) {
    throw new Error('patchcore: the model does not have as many views of each picture; fit it again');
  }
}

/** Squared distances less the queries' own squares, [queries, vectors]. */
function products(graph: OnnxGraph, queries: Value, vectors: Value): Value {
  const product = graph.op('MatMul', [queries, graph.op('Transpose', [vectors], { perm: [1, 0] })]);
  const twice = graph.op('Mul', [product, graph.scalar(-2)]);
  const squares = graph.op('Reshape', [squaresOf(graph, vectors), graph.whole(1, -1)]);
  return graph.op('Add', [twice, squares]);
}

/** [n] */
function squaresOf(graph: OnnxGraph, vectors: Value): Value {
  return graph.op('ReduceSum', [graph.op('Mul', [vectors, vectors]), graph.whole(1)], { keepdims: 0 });
}

function distancesOf(graph: OnnxGraph, least: Value, squares: Value): Value {
  return graph.op('Sqrt', [graph.op('Max', [graph.op('Add', [least, squares]), graph.scalar(0)])]);
}

/** Which places are within `radius` cells of one another, bool [places, places]. */
function drawClose(graph: OnnxGraph, grid: number, radius: number): Value {
  const near = Uint8Array.from({ length: grid * grid }, (_, i) =>
    Number(Math.abs(Math.floor(i / grid) - (i % grid)) <= radius),
  );
  const inRows = graph.constant([grid, 1, grid, 1], near);
  const inColumns = graph.op('Reshape', [inRows, graph.whole(1, grid, 1, grid)]);
  const places = grid * grid;
  return graph.op('Reshape', [graph.op('And', [inRows, inColumns]), graph.whole(places, places)]);
}

/** What `Bank.nearestOfOwn` gives of a part, [places]. */
function drawOwn(graph: OnnxGraph, { queries, squares }: DrawnPart, close: Value): Value {
  const others = graph.op('Where', [close, graph.scalar(Infinity), products(graph, queries, queries)]);
  return distancesOf(graph, graph.op('ReduceMin', [others], { axes: [1], keepdims: 0 }), squares);
}

/** The lower middle of `count` values, [1]. */
export function drawMedian(graph: OnnxGraph, values: Value, count: number): Value {
  const middle = (count - 1) >> 1;
  const [ordered] = graph.ops('TopK', [values, graph.whole(middle + 1)], 2, {
    axis: 0,
    largest: 0,
    sorted: 1,
  });
  return graph.op('Gather', [ordered, graph.whole(middle)], { axis: 0 });
}
