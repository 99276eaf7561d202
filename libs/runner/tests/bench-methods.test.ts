import { expect, it } from 'vitest';
import { methodsText } from '../bench/methods.ts';

it('says how many times the seconds of tensorflow wasm takes, for fitting and scoring', () => {
  const row = { method: 'geom', fit: { tensorflow: 0.5, wasm: 2 }, score: { tensorflow: 0.01, wasm: 0.025 } };
  const [, line] = methodsText([row]).split('\n');
  expect(line.split(/ +/)).toEqual(['geom', '0.50', '2.0', '4.0', '0.010', '0.025', '2.5']);
});
