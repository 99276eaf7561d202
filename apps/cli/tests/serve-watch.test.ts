import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePng } from '@fsad/images';
import { learn } from 'fsad';
import { fsad } from './fsad.ts';

const program = resolve(import.meta.dirname, '../bin/fsad.mjs');
let folder: string;
let model: string;

const picture = (n: number) =>
  encodePng({
    width: 32,
    height: 32,
    channels: 1,
    data: Uint8Array.from({ length: 1024 }, (_, i) => (i * 7 + (i === n ? 100 : 0)) % 200),
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fsad-serve-'));
  model = join(folder, 'model');
  using learned = await learn([await picture(-1), await picture(0)], { method: 'pixel-mse' });
  await learned.save(model);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: string[]): {
  child: ChildProcess;
  said: () => string;
  heard: (text: string) => Promise<void>;
} {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (text += data.toString()));
  const heard = async (wanted: string): Promise<void> => {
    while (!text.includes(wanted)) {
      if (child.exitCode !== null) throw new Error(`it ended: ${text}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  return { child, said: () => text, heard };
}

test('serve answers what score says, and ends with 0 when it is told to', async () => {
  const file = join(folder, 'new.png');
  writeFileSync(file, await picture(500));
  const { child, said, heard } = start('serve', model, '--port', '0');
  await heard('/inspect');
  const address = /http:\S+/.exec(said())?.[0] ?? '';
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: readFileSync(file),
  });
  const answer = (await response.json()) as { score: number; raw: number; defective: boolean };
  const scored = await fsad('score', model, file, '--json', '--raw');
  const { pictures } = JSON.parse(scored.stdout) as {
    pictures: { score: number; raw: number; decision: string }[];
  };
  expect(answer.score).toBe(pictures[0].score);
  expect(answer.raw).toBe(pictures[0].raw);
  expect(answer.defective).toBe(pictures[0].decision === 'defective');
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('a watch that is killed again and again loses no picture and has none twice', async () => {
  const incoming = join(folder, 'incoming');
  const csv = join(folder, 'found.csv');
  mkdirSync(incoming);
  const lines = (): string[] => (existsSync(csv) ? readFileSync(csv, 'utf8').split('\n').slice(1, -1) : []);
  const all = 60;
  let written = 0;
  for (const kills of [3, 11, 19, 32, 47, all]) {
    const { child, heard } = start('watch', incoming, '--model', model, '--csv', csv, '--seconds', '0.05');
    await heard('watching');
    while (lines().length < kills) {
      if (child.exitCode !== null) throw new Error('it ended by itself');
      if (written < Math.min(all, kills + 8)) {
        writeFileSync(join(incoming, `${written}.png`), await picture(written + 1));
        written++;
      }
      await new Promise((done) => setTimeout(done, 5));
    }
    const ended = once(child, 'exit');
    child.kill(kills === all ? 'SIGTERM' : 'SIGKILL');
    await ended;
    if (kills === 19) writeFileSync(csv, readFileSync(csv, 'utf8').slice(0, -30));
  }
  const names = lines().map((line) => line.split(',')[1]);
  expect(names.sort()).toEqual(Array.from({ length: all }, (_, i) => `${i}.png`).sort());
});
