import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { learn, type Model } from 'fsad';
import { watchFolder, type WatchOptions } from '../src/watch/index.ts';
import { png, stripes } from './pictures.ts';

let model: Model;
let root: string;
let folder: string;
let csv: string;
let running: { stop: AbortController; ended: Promise<void> }[] = [];

beforeAll(async () => {
  model = await learn([stripes(), stripes()], { method: 'pixel-mse' });
});
afterAll(() => model.dispose());
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fsad-watch-'));
  folder = join(root, 'in');
  csv = join(root, 'out.csv');
  mkdirSync(folder);
});
afterEach(async () => {
  await stopAll();
  rmSync(root, { recursive: true, force: true });
});

function watch(options: Partial<WatchOptions> = {}): Promise<void> {
  const stop = new AbortController();
  const ended = watchFolder({
    model,
    folder,
    csv,
    every: 30,
    patience: 300,
    signal: stop.signal,
    ...options,
  });
  running.push({ stop, ended });
  ended.catch(() => undefined);
  return ended;
}

async function stopAll(): Promise<void> {
  for (const { stop } of running) stop.abort();
  await Promise.allSettled(running.map(({ ended }) => ended));
  running = [];
}

interface Row {
  readonly picture: string;
  readonly score: string;
  readonly decision: string;
  readonly error: string;
}

const rows = (): Row[] => (existsSync(csv) ? parse(readFileSync(csv, 'utf8'), { columns: true }) : []);
const names = (): string[] =>
  rows()
    .map(({ picture }) => picture)
    .sort();

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`it did not come; the table has ${JSON.stringify(rows())}`);
}

/** Time enough for a picture to be inspected that should not be. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 400));

test('pictures that are there and that come get one line each, with the score of the library', async () => {
  writeFileSync(join(folder, 'a.png'), await png());
  void watch();
  await until(() => rows().length === 1);
  mkdirSync(join(folder, 'below'));
  writeFileSync(join(folder, 'below', 'b.png'), await png([20, 20]));
  await until(() => rows().length === 2);
  const expected = await model.inspect(await png([20, 20]));
  expect(rows()[1]).toMatchObject({
    picture: 'below/b.png',
    score: `${expected.score}`,
    decision: expected.defective ? 'defective' : 'good',
    error: '',
  });
});

test('a file that is still being written waits until it is whole', async () => {
  const bytes = await png([20, 20]);
  void watch({ patience: 60_000 });
  const path = join(folder, 'slow.png');
  writeFileSync(path, bytes.slice(0, 100));
  await aWhile();
  expect(rows()).toEqual([]);
  appendFileSync(path, bytes.slice(100));
  await until(() => rows().length === 1);
  expect(rows()[0].decision).not.toBe('error');
});

test('a bad picture costs a line that says why, and no other picture', async () => {
  writeFileSync(join(folder, 'a.png'), 'rubbish');
  writeFileSync(join(folder, 'b.png'), await png());
  void watch();
  await until(() => rows().length === 2);
  const [good, bad] = rows();
  expect(good).toMatchObject({ picture: 'b.png', error: '' });
  expect(bad).toMatchObject({ picture: 'a.png', score: '', decision: 'error' });
  expect(bad.error).toContain('not a picture');
});

test('a watch that is started again inspects what came meanwhile and nothing twice', async () => {
  writeFileSync(join(folder, 'a.png'), await png([8, 8]));
  void watch();
  await until(() => rows().length === 1);
  await stopAll();
  writeFileSync(join(folder, 'b.png'), await png([30, 8]));
  void watch();
  await until(() => rows().length === 2);
  await aWhile();
  expect(names()).toEqual(['a.png', 'b.png']);
});

test('a last line that is torn is cut off and its picture inspected again', async () => {
  writeFileSync(join(folder, 'a.png'), await png([8, 8]));
  writeFileSync(join(folder, 'b.png'), await png([30, 8]));
  void watch();
  await until(() => rows().length === 2);
  await stopAll();
  const whole = readFileSync(csv, 'utf8');
  for (const cut of [1, 20, 60]) {
    writeFileSync(csv, whole.slice(0, -cut));
    void watch();
    await until(() => readFileSync(csv, 'utf8').endsWith('\n') && rows().length === 2);
    await stopAll();
    expect(names()).toEqual(['a.png', 'b.png']);
  }
  writeFileSync(csv, whole.slice(0, 9));
  void watch();
  await until(() => rows().length === 2);
});

test('a file that is moved or renamed keeps its line, while it is watched and over a restart', async () => {
  writeFileSync(join(folder, 'a.png'), await png([8, 8]));
  void watch();
  await until(() => rows().length === 1);
  mkdirSync(join(folder, 'done'));
  renameSync(join(folder, 'a.png'), join(folder, 'done', 'b.png'));
  await aWhile();
  await stopAll();
  renameSync(join(folder, 'done', 'b.png'), join(folder, 'c.png'));
  void watch();
  await aWhile();
  expect(names()).toEqual(['a.png']);
});

test('two files of the same bytes are two pictures, and stay so', async () => {
  const bytes = await png([8, 8]);
  writeFileSync(join(folder, 'a.png'), bytes);
  writeFileSync(join(folder, 'b.png'), bytes);
  void watch();
  await until(() => rows().length === 2);
  await stopAll();
  void watch();
  await aWhile();
  expect(names()).toEqual(['a.png', 'b.png']);
});

test('a file that is replaced by another picture gets another line', async () => {
  writeFileSync(join(folder, 'a.png'), await png([8, 8]));
  void watch();
  await until(() => rows().length === 1);
  writeFileSync(join(folder, 'a.png'), await png([30, 30]));
  await until(() => rows().length === 2);
  expect(names()).toEqual(['a.png', 'a.png']);
});

test('names that would break the table or a spreadsheet stand on one line and are known again', async () => {
  for (const [i, name] of ['=1+1.png', 'two\nlines.png', 'a,"b".png'].entries())
    writeFileSync(join(folder, name), await png([8 + 8 * i, 8]));
  void watch();
  await until(() => rows().length === 3);
  await stopAll();
  expect(readFileSync(csv, 'utf8').trim().split('\n')).toHaveLength(4);
  void watch();
  await aWhile();
  expect(names()).toEqual(["'=1+1.png", 'a,"b".png', 'two\\x0alines.png']);
});

test('a folder that is not there yet is waited for', async () => {
  rmSync(folder, { recursive: true });
  void watch();
  await aWhile();
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.png'), await png());
  await until(() => rows().length === 1);
});

test('another table is refused as it is, and a second watch of the same one', async () => {
  writeFileSync(csv, 'name,price\nbolt,3\n');
  await expect(watch()).rejects.toThrow('no table of fsad watch');
  expect(readFileSync(csv, 'utf8')).toBe('name,price\nbolt,3\n');
  rmSync(csv);
  void watch();
  await until(() => existsSync(csv));
  await expect(watch()).rejects.toThrow('is under way');
});
