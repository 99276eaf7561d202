import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeMnist } from './idx.ts';

const FSAD = resolve(import.meta.dirname, '../bin/fsad.mjs');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-kill-'));
  await writeMnist(join(folder, 'mnist'), 60, 40);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts a training of 3 scales x 60 iterations; gives its exit code or signal, and how long it ran. */
function train(
  out: string,
  options: string[],
  iterations: number,
  onOutput: (text: string, kill: (signal: NodeJS.Signals) => void) => void,
) {
  const sizes = ['--set', 'pyramid.sizes=[16,20,24]', '--set', 'network.widths=[8,8,8]'];
  const data = ['--dataset', 'mnist', '--data', join(folder, 'mnist'), '--class', '3', '--images', '0'];
  const whatAndHow = [...data, ...sizes, '--iterations', `${iterations}`];
  // A training that is continued needs no other word.
  const words = options.includes('--resume') ? options : [...whatAndHow, ...options];
  const child = spawn(process.execPath, [FSAD, 'train', '--out', out, ...words]);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    onOutput(text, (signal) => child.kill(signal));
  });
  return new Promise<{ code: number | null; signal: string | null; text: string }>((done) =>
    child.on('exit', (code, signal) => done({ code, signal, text })),
  );
}

const weights = (out: string): Promise<Buffer[]> =>
  Promise.all([0, 1, 2].map((n) => readFile(join(out, `scale-${n}.safetensors`))));

it('a training killed in its second scale and continued ends with the weights of an uninterrupted one', async () => {
  const whole = join(folder, 'whole');
  const complete = await train(whole, [], 60, () => {});
  expect(complete.text).toContain('the model is in');
  const cut = join(folder, 'cut');
  const killed = await train(cut, [], 60, (text, kill) => {
    if (text.includes('scale 2 of 3 (20 px): 0 of')) setTimeout(() => kill('SIGKILL'), 60);
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(existsSync(join(cut, 'checkpoints', 'scale-0.safetensors'))).toBe(true);
  expect(existsSync(join(cut, 'checkpoints', 'scale-2.safetensors'))).toBe(false);
  expect((await train(cut, ['--resume'], 60, () => {})).code).toBe(0);
  expect(await weights(cut)).toEqual(await weights(whole));
  expect(existsSync(join(cut, 'checkpoints'))).toBe(false);
});

it('Ctrl-C leaves within ten seconds with 130, and what was done is kept', async () => {
  const out = join(folder, 'interrupted');
  let since = 0;
  const stopped = await train(out, [], 100_000, (text, kill) => {
    if (since === 0 && text.includes('scale 1 of 3')) {
      since = performance.now();
      setTimeout(() => kill('SIGINT'), 300);
    }
  });
  expect(stopped.code).toBe(130);
  expect(performance.now() - since).toBeLessThan(10_000);
  expect(stopped.text).toMatch(/finished work is kept/);
  expect(existsSync(join(out, 'checkpoints', 'checkpoint.safetensors'))).toBe(true);
});
