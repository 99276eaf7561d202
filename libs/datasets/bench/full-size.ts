/**
 * How the library behaves on a dataset of MVTec AD's full size: npx tsx libs/datasets/bench/full-size.ts [FOLDER]
 *
 * Builds 15 categories with 5,354 pictures of 1024 x 1024 and 1,258 masks, hard links to a few distinct files, in FOLDER
 * (a temporary one when left out, removed at the end). Prints seconds and memory of opening, of decoding everything to
 * 64 pixels, and of a second opening that reads the cache only.
 */
/* eslint-disable no-console -- a benchmark reports to whoever runs it */
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atResolution, openDataset } from '../src/index.ts';
import { drawSurface } from '../src/generated/surface.ts';
import { encodePng, resizeImage } from '@fsad/images';

const CATEGORIES = [
  'bottle',
  'cable',
  'capsule',
  'carpet',
  'grid',
  'hazelnut',
  'leather',
  'metal_nut',
  'pill',
  'screw',
  'tile',
  'toothbrush',
  'transistor',
  'wood',
  'zipper',
];
const given = process.argv[2];
const root = given ?? (await mkdtemp(join(tmpdir(), 'fsad-full-size-')));

async function build(): Promise<void> {
  const distinct = [];
  for (let i = 0; i < 4; i++) {
    const { image } = drawSurface(`bench/${i}`, null);
    distinct.push(join(root, `picture-${i}.png`));
    await writeFile(distinct[i], await encodePng(resizeImage(image, 1024, 1024, 'bicubic')));
  }
  const mask = join(root, 'mask.png');
  await writeFile(
    mask,
    await encodePng({ width: 1024, height: 1024, channels: 1, data: new Uint8Array(1024 * 1024).fill(255) }),
  );
  const spread = (total: number, i: number): number =>
    Math.floor((total * (i + 1)) / 15) - Math.floor((total * i) / 15);
  for (const [i, category] of CATEGORIES.entries()) {
    const parts: [folder: string, count: number, suffix: string][] = [
      ['train/good', spread(3629, i), ''],
      ['test/good', spread(467, i), ''],
      ['test/bent', spread(1258, i), ''],
      ['ground_truth/bent', spread(1258, i), '_mask'],
    ];
    for (const [folder, count, suffix] of parts) {
      await mkdir(join(root, 'mvtec', category, folder), { recursive: true });
      for (let n = 0; n < count; n++) {
        const name = `${String(n).padStart(3, '0')}${suffix}.png`;
        await link(suffix === '' ? distinct[n % 4] : mask, join(root, 'mvtec', category, folder, name));
      }
    }
  }
}

function report(what: string, started: number, cpu: NodeJS.CpuUsage): void {
  const { user, system } = process.cpuUsage(cpu);
  const memory = process.memoryUsage.rss() / 2 ** 20;
  const peak = process.resourceUsage().maxRSS / 2 ** 10;
  console.log(
    `${what.padEnd(46)} ${((performance.now() - started) / 1000).toFixed(2)} s, CPU ${((user + system) / 1e6).toFixed(2)} s, ` +
      `${memory.toFixed(0)} MB resident, ${peak.toFixed(0)} MB at most`,
  );
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  report(what, started, cpu);
  return result;
}

try {
  await build();
  const open = () => openDataset('mvtec', { path: join(root, 'mvtec') });
  const dataset = await timed('open', open);
  const ids = dataset.ids();
  console.log(`${ids.length} pictures, ${dataset.warnings.length} warnings`);
  const cached = await timed('open the empty cache', () => atResolution(dataset, 64, join(root, 'decoded')));
  await timed(`decode and cache ${ids.length} pictures at 64`, () =>
    cached.fill(ids, {
      onProgress: ({ done, total }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total}`);
      },
    }),
  );
  await cached.close();
  const again = await timed('open again', async () => atResolution(await open(), 64, join(root, 'decoded')));
  await timed('read everything from the cache', async () => {
    for (const id of ids) await again.image(id);
  });
  await again.close();
} finally {
  if (given === undefined) await rm(root, { recursive: true, force: true });
}
