import { expect, it } from 'vitest';
import { curvesCsv, trainingFiles } from '../src/index.ts';

const curves = [
  { scale: 1, name: 'real', steps: [0, 1], values: [3, 2] },
  { scale: 0, name: 'real', steps: [0], values: [5] },
  { scale: 1, name: 'fake', steps: [1], values: [0.5] },
];

it('the log has a row for every iteration of every scale, and nothing where nothing was measured', () => {
  expect(curvesCsv(curves)).toBe('scale,iteration,real,fake\n1,0,5,\n2,0,3,\n2,1,2,0.5\n');
});

it('the log of a method without scales has no such column', () => {
  const one = { scale: null, name: 'loss', steps: [0, 2], values: [1, 0] };
  expect(curvesCsv([one])).toBe('iteration,loss\n0,1\n2,0\n');
});

it('a training without curves leaves its sheets only', async () => {
  const sheet = { width: 1, height: 1, channels: 1 as const, data: Uint8Array.of(7) };
  expect([...(await trainingFiles({ sheets: { scales: sheet }, curves: [] })).keys()]).toEqual([
    'scales.png',
  ]);
});
