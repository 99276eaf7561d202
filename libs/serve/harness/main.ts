// npm run serve-load: what `fsad serve` bears, beside the library in a process of its own.
//
// 1. Rounds of 200 requests at once, half of them rubbish: every good one must have the library's score, every rubbish one a 4xx, and a good one may take
//    10 % more processor time than through the library (wall time is told, and means something on an idle machine alone).
// 2. --inspections (10,000 unless given) of small pictures through the library, and through the service in 8 connections: every score must be the one that
//    `fsad score` prints, and memory must stay flat.
//
// npm run serve-load -- --method patchcore --side 256 --rounds 3 --inspections 10000
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { learn } from 'fsad';
import { png, stripes } from '../tests/pictures.ts';
import { check, ms, percent, say } from './report.ts';
import { Soak } from './soak.ts';
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

try {
  await crowd(values.method);
  await soak('pixel-mse');
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
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

/** Many small pictures one after the other, through the library and through the service: scores are the command line's, memory stays flat. */
async function soak(method: string): Promise<void> {
  const pixels = 48;
  const place = await modelOf(method, pixels);
  const files = await Promise.all(
    Array.from({ length: 20 }, (_, i) => png(i % 2 ? [2 * i + 4, 44 - 2 * i] : undefined, pixels)),
  );
  const expected = commandLine(place, files);
  say(`${method}, ${pixels} px: ${inspections} inspections`);

  const library = await worker(place);
  const rounds = Math.ceil(inspections / files.length);
  const alone = new Soak('the library');
  for (let round = 0; round < rounds; round++) {
    const { scores = [], rss } = await library({ do: 'inspect', files, times: 1 });
    alone.take(rss, scores.filter((score, i) => score !== expected[i]).length);
  }
  alone.end(rounds * files.length);

  const service = await worker(place);
  const address = `${(await service({ do: 'listen' })).address}/inspect`;
  const served = new Soak('the service, 8 connections');
  for (let round = 0; round < rounds; round++) {
    const scores: (number | null)[] = [];
    let next = 0;
    const send = async (): Promise<void> => {
      for (let i = next++; i < files.length; i = next++) scores[i] = (await post(address, files[i])).score;
    };
    await Promise.all(Array.from({ length: 8 }, send));
    const { rss } = await service({ do: 'usage' });
    served.take(rss, scores.filter((score, i) => score !== expected[i]).length);
  }
  served.end(rounds * files.length);
}

/** The scores that `fsad score` prints for these pictures. */
function commandLine(place: string, files: readonly Uint8Array[]): number[] {
  const pictures = join(place, '..', 'pictures');
  mkdirSync(pictures, { recursive: true });
  for (const [i, file] of files.entries())
    writeFileSync(join(pictures, `${String(i).padStart(3, '0')}.png`), file);
  const program = fileURLToPath(new URL('../../../apps/cli/bin/fsad.mjs', import.meta.url));
  const words = [program, 'score', place, pictures, '--threads', '1', '--json', '--progress', 'none'];
  const told = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as {
    pictures: readonly { readonly score: number }[];
  };
  return told.pictures.map(({ score }) => score);
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
