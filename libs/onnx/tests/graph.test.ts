import { describe, expect, it } from 'vitest';
import {
  applyMatrices,
  matrixOf,
  OnnxGraph,
  probed,
  product,
  reversed,
  turnedMatrices,
} from '../src/index.ts';
import { loadRuntime } from '../src/runtime.ts';

async function run(graph: OnnxGraph, output: string, feeds: Record<string, [number[], number[]]>) {
  const runtime = await loadRuntime('test');
  const file = graph.encode({ name: 'test', description: 'a test', metadata: { colour: 'grey' } });
  const options = { executionProviders: ['wasm'], logSeverityLevel: 3 } as const;
  const session = await runtime.InferenceSession.create(file, options);
  const tensors = Object.entries(feeds).map(([name, [shape, data]]) => [
    name,
    new runtime.Tensor('float32', Float32Array.from(data), shape),
  ]);
  const found = await session.run(Object.fromEntries(tensors), [output]);
  await session.release();
  return [...(found[output].data as Float32Array)];
}

describe('an ONNX graph', () => {
  it('computes what its operators say, with attributes that are whole, real and lists', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', 'float32', [2, 3], 'numbers');
    const turned = graph.op('Transpose', [x], { perm: [1, 0] });
    const leaky = graph.op('LeakyRelu', [turned], { alpha: { float: 0.25 } });
    graph.output('y', graph.op('Concat', [leaky, turned], { axis: 1 }), 'float32', [3, 4], 'numbers');
    const found = await run(graph, 'y', {
      x: [
        [2, 3],
        [1, 2, 3, -4, -5, -6],
      ],
    });
    expect(found).toEqual([1, -1, 1, -4, 2, -1.25, 2, -5, 3, -1.5, 3, -6]);
  });

  it('takes the value of an optional input that is not given', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', 'float32', [1], 'a number');
    const y = graph.optionalInput('y', [1], Float32Array.of(40), 'forty unless given');
    graph.output('z', graph.op('Add', [x, y]), 'float32', [1], 'their sum');
    expect(await run(graph, 'z', { x: [[1], [2]] })).toEqual([42]);
  });

  it('refuses a constant with too few values', () => {
    expect(() => new OnnxGraph().constant([2, 2], Float32Array.of(1, 2, 3))).toThrow('3 values');
  });
});

describe('matrices on the axes of pictures', () => {
  /** Rows 0 1 2 / 3 4 5. */
  const picture = [0, 1, 2, 3, 4, 5];
  const rows = matrixOf(2, 2, (i) => [[i, 1]]);
  const columns = matrixOf(3, 3, (i) => [[i, 1]]);

  /** Quarter turns anticlockwise, by hand. */
  const turned = [
    [0, 1, 2, 3, 4, 5],
    [2, 5, 1, 4, 0, 3],
    [5, 4, 3, 2, 1, 0],
    [3, 0, 4, 1, 5, 2],
  ];
  it.each([0, 1, 2, 3])('turn a picture by %i quarters', async (turns) => {
    const graph = new OnnxGraph();
    const x = graph.input('x', 'float32', [1, 1, 2, 3], 'a picture');
    const made = turnedMatrices(turns, rows, columns);
    const source = made.transposed ? graph.op('Transpose', [x], { perm: [0, 1, 3, 2] }) : x;
    const sides = turns % 2 === 1 ? [3, 2] : [2, 3];
    graph.output(
      'y',
      applyMatrices(graph, source, [made.rows], [made.columns]),
      'float32',
      [1, 1, ...sides],
      '',
    );
    expect(await run(graph, 'y', { x: [[1, 1, 2, 3], picture] })).toEqual(turned[turns]);
  });

  it('are those of each picture where there are several', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', 'float32', [2, 1, 2, 3], 'two pictures');
    const y = applyMatrices(graph, x, [rows, reversed(rows)], [columns, columns]);
    graph.output('y', y, 'float32', [2, 1, 2, 3], 'the second upside down');
    const found = await run(graph, 'y', {
      x: [
        [2, 1, 2, 3],
        [...picture, ...picture],
      ],
    });
    expect(found).toEqual([...picture, 3, 4, 5, 0, 1, 2]);
  });

  it('are found by what a linear function makes of unit vectors', () => {
    const sums = probed(3, ([a, b, c]) => [a + b, 2 * c]);
    expect([...sums.data]).toEqual([1, 1, 0, 0, 0, 2]);
    expect([...product(sums, reversed(columns)).data]).toEqual([0, 1, 1, 2, 0, 0]);
  });
});
