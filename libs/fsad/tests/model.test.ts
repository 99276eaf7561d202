import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePng } from '@fsad/images';
import { BadImageError, DisposedError, learn, load, type Model, type Pixels } from '../src/index.ts';

const side = 64;

/** Stripes, with a bright spot where `defect` says. */
function stripes(defect?: readonly [number, number]): Pixels {
  const data = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    if (defect && Math.hypot(x - defect[0], y - defect[1]) < 8) return 255;
    return Math.round(100 + 40 * Math.sin(x / 3));
  });
  return { width: side, height: side, channels: 1, data };
}

const folder = mkdtempSync(join(tmpdir(), 'fsad-model-'));
let model: Model;

beforeAll(async () => {
  model = await learn([stripes(), stripes()], { engine: 'wasm', threads: 1, set: ['size=128'] });
});

afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test('a defect scores above the threshold, what was learned below it', async () => {
  const bad = await model.inspect(stripes([20, 40]));
  const good = await model.inspect(stripes());
  expect(bad.defective).toBe(true);
  expect(bad.score).toBeGreaterThan(0.5);
  expect(good.defective).toBe(false);
  expect(good.score).toBeLessThan(0.5);
});

test('the map is highest in the quarter where the defect is', async () => {
  const { map } = await model.inspect(stripes([20, 44]));
  if (!map) throw new Error('no map');
  const sums = [0, 0, 0, 0];
  for (const [i, value] of map.data.entries()) {
    const [right, low] = [i % map.width >= map.width / 2, Math.floor(i / map.width) >= map.height / 2];
    sums[(low ? 2 : 0) + (right ? 1 : 0)] += value;
  }
  expect(sums.indexOf(Math.max(...sums))).toBe(2);
});

test('a picture is judged the same as pixels, as the bytes of a file, and from a loaded model', async () => {
  const pixels = stripes([30, 30]);
  const bytes = await encodePng({ ...pixels, channels: 1, data: Uint8Array.from(pixels.data) });
  const expected = await model.inspect(pixels);
  expect((await model.inspect(bytes)).score).toBe(expected.score);
  await model.save(join(folder, 'saved'));
  const again = await load(join(folder, 'saved'), { engine: 'wasm', threads: 1 });
  expect(await again.inspect(pixels)).toEqual(expected);
  again.dispose();
});

test('many calls at once are answered each with its own picture', async () => {
  const places = [10, 20, 30, 40].map((x) => stripes([x, 20]));
  const alone = [];
  for (const one of places) alone.push((await model.inspect(one)).score);
  const together = await Promise.all(places.map((one) => model.inspect(one)));
  expect(together.map(({ score }) => score)).toEqual(alone);
});

test('pictures of a stream come back in order, one at a time', async () => {
  let taken = 0;
  async function* stream() {
    for (let i = 0; i < 4; i++) {
      taken++;
      yield await Promise.resolve(stripes([10 + 10 * i, 30]));
    }
  }
  const names: string[] = [];
  for await (const { picture } of model.inspectAll(stream())) {
    names.push(picture);
    expect(taken).toBe(names.length);
  }
  expect(names).toEqual(['picture 0', 'picture 1', 'picture 2', 'picture 3']);
});

test('pixels whose number does not fit their shape are refused', async () => {
  await expect(model.inspect({ width: 9, height: 9, channels: 3, data: new Uint8Array(81) })).rejects.toThrow(
    BadImageError,
  );
});

test('an aborted inspection rejects with the reason, and the model goes on', async () => {
  const reason = new Error('enough');
  await expect(model.inspect(stripes(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect((await model.inspect(stripes())).defective).toBe(false);
});

test('a model that was disposed of says so', async () => {
  const short = await learn([stripes()], { method: 'pixel-mse' });
  short.dispose();
  await expect(short.inspect(stripes())).rejects.toThrow(DisposedError);
});

test('without calibration there is the raw score alone', async () => {
  const plain = await learn([stripes()], { method: 'pixel-mse', calibrate: false });
  const found = await plain.inspect(stripes([20, 20]));
  expect(found.score).toBeNull();
  expect(found.defective).toBeNull();
  expect(found.raw.value).toBeGreaterThan(0);
  plain.dispose();
});
