import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '@fsad/files';
import { benchPage, readBench } from './bench-page.ts';
import { fastPage } from './fast-page.ts';
import { frontPage } from './front-page.ts';
import { indexPage, type FurtherPage } from './index-page.ts';
import { iterationsPage } from './iterations-page.ts';
import { lightPage } from './light-page.ts';
import { ownPicturesPage } from './own-pictures-page.ts';
import { paperPages } from './pages.ts';
import { realOrFakePage } from './real-or-fake-page.ts';
import { readRecords, recordFiles, recordsOfStores } from './record-files.ts';
import { seedsPage } from './seeds-page.ts';
import { tablePage } from './table-page.ts';

/** Pages whose tables are not a trial's: each says where its numbers come from. */
const further: readonly FurtherPage[] = [
  { folder: 'own-pictures', text: 'what pictures of one’s own get from each method, at its own threshold' },
  { folder: 'light', text: 'screw and grid: what the light gives away, and what that is worth to each method' },
  { folder: 'iterations', text: 'AUROC against iterations: what a model gains and loses while it learns' },
  { folder: 'fast', text: 'how the preset `fast` was chosen, on validation images' },
  { folder: 'real-or-fake', text: 'how (b) and (c) of Table 1 may be scored, on validation images' },
  { folder: 'one-shot-mnist-official', text: 'does the port learn what the published code learns' },
  { folder: 'bench', text: 'how fast: steps, iterations, scoring, beside PyTorch' },
  { folder: 'splits', text: 'which images the trials learn from' },
];

/** The project's README, whose marked part is written too. */
const readmePath = '../README.md';

/** Everything `npm run results` writes, by path below the folder of results. */
export async function composeResults(folder: string): Promise<Map<string, string | Uint8Array>> {
  const records = await readRecords(join(folder, 'records'));
  const files = new Map<string, string | Uint8Array>();
  const put = (page: string, content: ReadonlyMap<string, string | Uint8Array>): void => {
    for (const [name, one] of content) files.set(`${page}/${name}`, one);
  };
  const bench = await readBench(join(folder, 'bench'));
  const written = [];
  for (const page of paperPages) {
    const one = await tablePage(page, records, await readingOf(folder, page.experiment), bench);
    put(page.experiment, one.files);
    written.push({ page, written: one });
  }
  const readme = await readFile(join(folder, readmePath), 'utf8').catch(() => null);
  const front = readme && frontPage(readme, new Map(written.map((one) => [one.page.experiment, one.written])));
  if (front) files.set(readmePath, front);
  const iterations = await iterationsPage(records, await readingOf(folder, 'iterations'));
  if (iterations) put('iterations', iterations.files);
  put('fast', await fastPage(join(folder, 'fast'), await readingOf(folder, 'fast')));
  const ownPictures = join(folder, 'own-pictures');
  put('own-pictures', await ownPicturesPage(ownPictures, await readingOf(folder, 'own-pictures')));
  put('light', await lightPage(join(folder, 'light'), ownPictures, await readingOf(folder, 'light')));
  put('real-or-fake', await realOrFakePage(join(folder, 'real-or-fake'), await readingOf(folder, 'real-or-fake')));
  put('bench', benchPage(bench));
  put('one-shot-mnist-official', await seedsPage(join(folder, 'one-shot-mnist-official')));
  const last = records.map(({ provenance }) => provenance.finishedAt.slice(0, 10)).sort().at(-1);
  const shown = further.filter((one) => one.folder !== 'iterations' || iterations);
  files.set('README.md', indexPage(written, shown, last ?? 'none'));
  return files;
}

/**
 * Takes the trials of stores into the records, if any are named, and writes every page from the records.
 * @returns the paths that were written anew or changed
 */
export async function writeResults(folder: string, stores: readonly string[] = []): Promise<string[]> {
  const changed: string[] = [];
  if (stores.length > 0) {
    const records = join(folder, 'records');
    await mkdir(records, { recursive: true });
    const taken = recordFiles(await recordsOfStores(await readRecords(records), stores));
    for (const [name, content] of taken) if (await put(join(records, name), content)) changed.push(name);
    for (const name of await readdir(records)) {
      if (name.endsWith('.jsonl') && !taken.has(name)) await rm(join(records, name));
    }
  }
  const files = await composeResults(folder);
  for (const [path, content] of files) if (await put(join(folder, path), content)) changed.push(path);
  for (const path of await leftOver(folder, files)) {
    await rm(join(folder, path));
    changed.push(path);
  }
  return changed;
}

/** Paths that differ from what the records give: missing, changed by hand, or left over. */
export async function staleResults(folder: string): Promise<string[]> {
  const files = await composeResults(folder);
  const stale: string[] = [];
  for (const [path, content] of files) {
    const there = await readFile(join(folder, path)).catch(() => null);
    if (!there?.equals(Buffer.from(content))) stale.push(path);
  }
  return [...stale, ...(await leftOver(folder, files))].sort();
}

/** Figures in the folders of pages that no page has any more. */
async function leftOver(folder: string, files: ReadonlyMap<string, unknown>): Promise<string[]> {
  const found: string[] = [];
  // The README's folder is the project's, no page's.
  const inPages = [...files.keys()].filter((path) => path !== readmePath && path.includes('/'));
  for (const page of new Set(inPages.map((path) => dirname(path)))) {
    for (const name of await readdir(join(folder, page)).catch(() => [])) {
      if (name.endsWith('.png') && !files.has(`${page}/${name}`)) found.push(`${page}/${name}`);
    }
  }
  return found;
}

/** What a person wrote about a page; null where nobody did. */
async function readingOf(folder: string, page: string): Promise<string | null> {
  return readFile(join(folder, page, 'reading.md'), 'utf8').catch(() => null);
}

async function put(path: string, content: string | Uint8Array): Promise<boolean> {
  const there = await readFile(path).catch(() => null);
  if (there?.equals(Buffer.from(content))) return false;
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, content);
  return true;
}
