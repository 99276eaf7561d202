// npm run serve-load: what `fsad serve` bears, beside the library in a process of its own.
//
// 1. Rounds of 200 requests at once, half of them rubbish: every good one must have the library's score, every rubbish one a 4xx, and a good one may take
//    10 % more processor time than through the library (wall time is told, and means something on an idle machine alone).
// 2. --inspections (10,000 unless given) through the service, one small picture after another in 8 connections: memory must stay flat.
//
// npm run serve-load -- --method patchcore --side 256 --rounds 3 --inspections 10000
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { learn } from 'fsad';
import { png, stripes } from '../tests/pictures.ts';
import type { Ask, Told } from './worker.ts';

const { values } = parseArgs({
  options: {
    method: { type: 'string', default: 'patchcore' },
    side: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '3' },
    inspections: { type: 'string', default: '10000' },
  },
});
const [side, rounds, inspections] = [values.side, values.rounds, values.inspections].map(Number);
const folder = mkdtempSync(join(tmpdir(), 'fsad-serve-load-'));
const children: ChildProcess[] = [];
let failed = false;

try {
  await crowd(values.method);
  await stream('pixel-mse');
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

async function crowd(method: string): Promise<void> {
  const place = await modelOf(method, side);
  const files = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      png([((i % 10) + 0.5) * (side / 10), (Math.floor(i / 10) + 0.5) * (side / 10)], side),
    ),
  );
  const rubbish = files.map((file, i) =>
    i % 2 ? file.slice(0, file.length / 2) : Buffer.from(`rubbish ${i}`),
  );
  const library = await worker(place);
  // The first calls run before the code is warm.
  await library({ do: 'inspect', files: files.slice(0, 10), times: 1 });
  const before = await library({ do: 'usage' });
  const start = performance.now();
  const { scores, cpu } = await library({ do: 'inspect', files, times: rounds });
  const alone = { cpu: cpu - before.cpu, wall: (performance.now() - start) / 1000 };

  const service = await worker(place);
  const address = `${(await service({ do: 'listen' })).address}/inspect`;
  for (const file of files.slice(0, 10)) await post(address, file);
  const idle = await service({ do: 'usage' });
  const begun = performance.now();
  let [wrong, missed] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const answers = await Promise.all(
      files.flatMap((file, i) => [post(address, file), post(address, rubbish[i])]),
    );
    wrong += answers.filter(({ score }, i) => i % 2 === 0 && score !== scores?.[i / 2]).length;
    missed += answers.filter(({ status }, i) => i % 2 === 1 && (status < 400 || status > 499)).length;
  }
  const served = {
    cpu: (await service({ do: 'usage' })).cpu - idle.cpu,
    wall: (performance.now() - begun) / 1000,
  };
  const good = rounds * files.length;
  say(`${method}, ${side} px: ${good} good and ${good} rubbish requests, 200 at once, one thread`);
  check(`good ones without the library's score: ${wrong}`, wrong === 0);
  check(`rubbish without 4xx: ${missed}`, missed === 0);
  const more = served.cpu / alone.cpu - 1;
  check(
    `processor time of a good one: library ${ms(alone.cpu / good)}, service with its rubbish ${ms(served.cpu / good)}, ${percent(more)}`,
    more <= 0.1,
  );
  say(`wall time of a good one: library ${ms(alone.wall / good)}, service ${ms(served.wall / good)}`);
}

async function stream(method: string): Promise<void> {
  const place = await modelOf(method, 48);
  const service = await worker(place);
  const address = `${(await service({ do: 'listen' })).address}/inspect`;
  const file = await png([20, 20]);
  const memory: number[] = [];
  let sent = 0;
  const send = async (): Promise<void> => {
    while (sent < inspections) {
      const turn = sent++;
      const { status } = await post(address, file);
      if (status !== 200) throw new Error(`inspection ${turn} got ${status}`);
      if (turn % Math.max(1, Math.floor(inspections / 40)) === 0)
        memory.push((await service({ do: 'usage' })).rss);
    }
  };
  await Promise.all(Array.from({ length: 8 }, send));
  const quarter = Math.floor(memory.length / 4);
  const mean = (from: number, to: number): number =>
    memory.slice(from, to).reduce((sum, one) => sum + one, 0) / (to - from) / 1e6;
  const [second, last] = [mean(quarter, 2 * quarter), mean(3 * quarter, 4 * quarter)];
  say(`${method}, 48 px: ${inspections} inspections in 8 connections`);
  check(
    `memory in the second quarter ${second.toFixed(0)} MB, in the last ${last.toFixed(0)} MB`,
    last <= 1.05 * second + 5,
  );
}

async function modelOf(method: string, pixels: number): Promise<string> {
  const place = join(folder, `${method}-${pixels}`);
  using model = await learn([stripes(undefined, pixels), stripes(undefined, pixels)], { method, threads: 1 });
  await model.save(place);
  return place;
}

async function worker(place: string): Promise<(ask: Ask) => Promise<Told>> {
  const child = fork(new URL('./worker.ts', import.meta.url), [place], { serialization: 'advanced' });
  children.push(child);
  await once(child, 'message');
  let queue: Promise<unknown> = Promise.resolve();
  return (ask) => {
    const told = queue.then(async () => {
      child.send(ask);
      const [answer] = (await once(child, 'message')) as [Told];
      return answer;
    });
    queue = told;
    return told;
  };
}

async function post(address: string, body: Uint8Array): Promise<{ status: number; score: number | null }> {
  const headers = { 'content-type': 'image/png' };
  const response = await fetch(address, { method: 'POST', body: Uint8Array.from(body), headers });
  const { score = null } = (await response.json()) as { score?: number | null };
  return { status: response.status, score };
}

function check(text: string, holds: boolean): void {
  if (!holds) failed = true;
  say(`${holds ? 'ok  ' : 'FAIL'} ${text}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function ms(seconds: number): string {
  return `${(1000 * seconds).toFixed(1)} ms`;
}

function percent(share: number): string {
  return `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`;
}
