import type { OnnxGraph, Value } from './graph.ts';

/** A matrix, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** A matrix whose row i holds what `entries(i)` lists; entries of one column add up. */
export function matrixOf(
  rows: number,
  columns: number,
  entries: (row: number) => Iterable<readonly [column: number, value: number]>,
): Matrix {
  const data = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (const [column, value] of entries(row)) data[row * columns + column] += value;
  }
  return { rows, columns, data };
}

export const identityMatrix = (side: number): Matrix => matrixOf(side, side, (i) => [[i, 1]]);

/** Rows in opposite order: what turns an axis round. */
export function reversed({ rows, columns, data }: Matrix): Matrix {
  return matrixOf(rows, columns, (row) =>
    data.subarray((rows - 1 - row) * columns, (rows - row) * columns).entries(),
  );
}

/** @throws RangeError when the inner sides differ. */
export function product(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows) throw new RangeError(`${a.columns} columns do not meet ${b.rows} rows`);
  const data = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const value = a.data[i * a.columns + k];
      if (value === 0) continue;
      for (let j = 0; j < b.columns; j++) data[i * b.columns + j] += value * b.data[k * b.columns + j];
    }
  }
  return { rows: a.rows, columns: b.columns, data };
}

/** The matrix of a linear function that brings `length` numbers to others, column by column from what it makes of unit vectors. */
export function probed(length: number, apply: (unit: Float32Array) => ArrayLike<number>): Matrix {
  const images = Array.from({ length }, (_, i) => {
    const unit = new Float32Array(length);
    unit[i] = 1;
    return Float64Array.from(apply(unit));
  });
  return matrixOf(images[0].length, length, (row) => images.map((image, i) => [i, image[row]] as const));
}

/** What is done to both axes of a picture X: rows X columns', after an optional transposition. */
export interface AxisMatrices {
  readonly transposed: boolean;
  readonly rows: Matrix;
  readonly columns: Matrix;
}

/** `rows X columns'`, then turned by quarter turns anticlockwise. */
export function turnedMatrices(turns: number, rows: Matrix, columns: Matrix): AxisMatrices {
  if (turns === 0) return { transposed: false, rows, columns };
  if (turns === 1) return { transposed: true, rows: reversed(columns), columns: rows };
  if (turns === 2) return { transposed: false, rows: reversed(rows), columns: reversed(columns) };
  return { transposed: true, rows: columns, columns: reversed(rows) };
}

/**
 * Applies a matrix to the rows and one to the columns of each of n stacks of pictures [n, c, a, b]: [n, c, h, w], where the i-th rows are [h, a] and the
 * i-th columns [w, b]. Equal matrices are written once. Of stacks with n = 1 one and all may be given.
 */
export function applyMatrices(
  graph: OnnxGraph,
  stacks: Value,
  rows: readonly Matrix[],
  columns: readonly Matrix[],
  type: 'float32' | 'float64' = 'float32',
): Value {
  const left = matrixStack(graph, rows, type);
  const right = graph.op('Transpose', [matrixStack(graph, columns, type)], { perm: [0, 1, 3, 2] });
  return graph.op('MatMul', [graph.op('MatMul', [left, stacks]), right]);
}

/** Matrices of one shape as [n, 1, rows, columns]; [1, 1, rows, columns] where all are equal. */
function matrixStack(graph: OnnxGraph, matrices: readonly Matrix[], type: 'float32' | 'float64'): Value {
  const distinct: Matrix[] = [];
  const which = matrices.map((matrix) => {
    const known = distinct.findIndex((other) => equal(other, matrix));
    return known >= 0 ? known : distinct.push(matrix) - 1;
  });
  const [{ rows, columns }] = distinct;
  const all = new Float64Array(distinct.length * rows * columns);
  for (const [i, { data }] of distinct.entries()) all.set(data, i * rows * columns);
  const shape = [distinct.length, 1, rows, columns];
  const table = graph.constant(shape, type === 'float64' ? all : Float32Array.from(all));
  return distinct.length === 1 ? table : graph.op('Gather', [table, graph.whole(...which)], { axis: 0 });
}

function equal(a: Matrix, b: Matrix): boolean {
  if (a === b) return true;
  return (
    a.rows === b.rows && a.columns === b.columns && a.data.every((value, index) => value === b.data[index])
  );
}
