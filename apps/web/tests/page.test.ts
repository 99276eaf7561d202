import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { build } from 'vite';
import { judge } from '@fsad/calibration';
import { decodeImage } from '@fsad/images';
import { fitModel, openModel, saveModel, type OpenedModel } from '@fsad/runner';
import {
  browserNeeded,
  browserPath,
  firefoxNeeded,
  firefoxPath,
  launch,
  launchFirefox,
  watch,
} from './support/browser.ts';
import { generatedFiles, type PictureFile } from './support/pictures.ts';
import { DIST, serve } from './support/serve.ts';
import {
  addChecks,
  addGood,
  learn,
  openInFirefox,
  results,
  status,
  until,
  type Row,
} from './support/steps.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const scratch = await mkdtemp(join(tmpdir(), 'fsad-web-'));

let browser: Browser;
let server: Awaited<ReturnType<typeof serve>>;
let context: BrowserContext;

beforeAll(async () => {
  await build({ root: join(DIST, '..'), configFile: join(DIST, '..', 'vite.config.ts'), logLevel: 'warn' });
  server = await serve(true);
  if (browserPath) browser = await launch();
});
afterEach(() => context?.close());
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(scratch, { recursive: true, force: true });
});

/** A page that is ready. */
async function open(url = server.url): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  // Half a minute is short on a machine that does other work; the test ends by its own time.
  context.setDefaultTimeout(200_000);
  const page = await context.newPage();
  await page.goto(url);
  await status(page, /Waiting/);
  await until(page, 'navigator.serviceWorker.controller !== null');
  return page;
}

/** What Node makes of the same files: a score and a decision each. */
async function inNode(model: OpenedModel, files: readonly PictureFile[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, buffer } of files) {
    const [{ value }] = await model.detector.score([await decodeImage(buffer, name)]);
    const { score, decision } = judge(model.calibration!, value);
    rows.push({ name, score, decision });
  }
  return rows;
}

async function learnedInNode(method: string, preset: string, files: readonly PictureFile[]) {
  const images = await Promise.all(files.map(({ name, buffer }) => decodeImage(buffer, name)));
  return fitModel(images, { method, preset, engine: 'wasm', threads: 1, report: () => undefined });
}

function expectEqual(found: readonly Row[], wanted: readonly Row[], within: number): void {
  expect(found.map(({ name, decision }) => [name, decision])).toEqual(
    wanted.map(({ name, decision }) => [name, decision]),
  );
  for (const [i, { score }] of found.entries()) {
    expect(Math.abs(score - wanted[i].score), found[i].name).toBeLessThan(within);
  }
}

test('the page is a folder of less than 6 MB that names no foreign address in its policy', () => {
  const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).map((name) =>
    statSync(join(DIST, name)),
  );
  expect(files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)).toBeLessThan(6e6);
  const policy = /Content-Security-Policy"\s+content="([^"]+)"/.exec(
    readFileSync(join(DIST, 'index.html'), 'utf8'),
  )![1];
  const sources = policy.split(';').flatMap((directive) => directive.trim().split(/\s+/).slice(1));
  expect(new Set(sources)).toEqual(new Set(["'none'", "'self'", "'wasm-unsafe-eval'", 'blob:']));
});

describe.skipIf(!browserPath)(`in a browser${browserNeeded}`, () => {
  test('the walk by the default method: learned, checked, marked, exported and opened again, with nothing asked of anybody', async () => {
    const page = await open();
    const watched = watch(page);
    const good = await generatedFiles(['part/train/good/000']);
    const check = await generatedFiles(['part/test/good/001', 'part/test/scratch/000', 'part/test/chip/001']);
    await addChecks(page, check);
    await addGood(page, good);
    await learn(page);
    await status(page, /^Learned/);
    const found = await results(page, check.length);
    const model = await learnedInNode('patchcore', 'few-shot', good);
    expectEqual(found, await inNode(model, check), 1e-4);

    // The threshold decides.
    const slider = page.getByRole('slider', { name: /^Threshold/ });
    await slider.fill('0.999');
    expect((await results(page, 3)).every(({ decision }) => decision === 'good')).toBe(true);
    await page.getByRole('button', { name: /scratch-000.png is bad/ }).click();
    expect(await page.getByText(/miss/).innerText()).toContain('1 miss of 1 marked bad');
    await slider.fill('0.5');

    // What is written is what the command line writes, and opens there.
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    const lines = readFileSync(await csv.path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines[0]).toBe('picture,score,decision,mark');
    expect(Number(lines[1].split(',')[1])).toBe(found[0].score);
    await page.getByText('Model files').click();
    const [zip] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download model' }).click(),
    ]);
    const folder = await unpacked(readFileSync(await zip.path()));
    const exported = await openModel(folder, { engine: 'wasm', threads: 1 });
    expectEqual(found, await inNode(exported, check), 1e-4);
    exported.detector.dispose();

    // A model that Node wrote scores here as there.
    await openInPage(page, model);
    expectEqual(await results(page, 3), await inNode(model, check), 1e-4);
    model.detector.dispose();

    expect(watched).toEqual({ complaints: [], requests: [] });
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [400, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(await barriers(page)).toEqual([]);
    }

    // Without a network, and with the model of before.
    await context.setOffline(true);
    await page.reload();
    await status(page, /^Learned/);
    await addChecks(page, check.slice(1, 2));
    expectEqual(await results(page, 1), found.slice(1, 2), 1e-4);
  });

  test('HTDG that was stopped, and cut by a reload, goes on where it was', async () => {
    const page = await open();
    await page.getByRole('radio', { name: /From scratch/ }).check();
    await addGood(page, await generatedFiles(['surface/train/good/000']));
    await learn(page);
    await until(page, `${percent} >= 2`);
    await page.getByRole('button', { name: 'Stop' }).click();
    await status(page, /^Stopped/);
    await page.reload();
    await status(page, /^Stopped/);
    await learn(page);
    await until(page, `${percent} >= 0`);
    const before = await page.evaluate<number>(percent);
    expect(before).toBeGreaterThanOrEqual(1);
    await until(page, `${percent} > ${before}`);
    await page.reload();
    // Nobody presses anything.
    await until(page, `${percent} >= ${before}`);
    await page.getByRole('button', { name: 'Stop' }).click();
    await status(page, /^Stopped/);
  });

  test('HTDG that Node learned scores in the page as there', async () => {
    const page = await open();
    const check = await generatedFiles(['surface/test/good/000', 'surface/test/spot/000']);
    const model = await learnedInNode('htdg', 'smoke', await generatedFiles(['surface/train/good/000']));
    await openInPage(page, model);
    await addChecks(page, check);
    const wanted = await inNode(model, check);
    // Node's engine may have relaxed SIMD, which rounds otherwise.
    expectEqual(await results(page, 2), wanted, model.engine.instructionSet === 'simd128' ? 1e-6 : 1e-3);
    model.detector.dispose();
  });

  test('a good picture that is unlike the others is told by its name, and marked where it is shown', async () => {
    const page = await open();
    const [first, ...good] = await generatedFiles([
      'surface/train/good/000',
      'surface/train/good/001',
      'surface/test/spot/001',
    ]);
    const model = await learnedInNode('htdg', 'smoke', [first]);
    await addGood(page, [first, ...good]);
    await openInPage(page, model);
    await addChecks(page, [first]);
    await results(page, 1);
    expect(await page.locator('.odd').count()).toBe(0);
    const odd = { number: 5, name: 'surface-test-spot-001.png' };
    await openInPage(
      page,
      { ...model, calibration: { ...model.calibration!, pictures: 5, refits: 10, odd } },
      5,
    );
    await page.getByText('Good picture 5 of 5, surface-test-spot-001.png, scores far above').waitFor();
    await page.getByRole('button', { name: `Remove ${first.name}` }).click();
    expect(await page.locator('.odd').innerText()).toContain('unlike the others');
    expect(await page.locator('.odd img').getAttribute('title')).toBe('surface-test-spot-001.png');
    model.detector.dispose();
  });

  test('a host that sends no headers: one thread at the first load, isolated by the service worker at the next', async () => {
    const plain = await serve(false);
    try {
      const page = await open(plain.url);
      await until(page, 'crossOriginIsolated');
      await status(page, /Waiting/);
    } finally {
      await plain.close();
    }
  });

  test('what browsers cannot read is named, EXIF turns pictures, and the camera stops when it is closed', async () => {
    const page = await open();
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    await addGood(page, [{ name: 'phone.heic', mimeType: 'image/heic', buffer: heic }]);
    expect(await page.getByRole('alert').innerText()).toMatch(/phone\.heic.*HEIC.*JPEG or PNG/);
    await page.getByLabel('Good pictures').setInputFiles([await turned()]);
    await page.getByRole('img', { name: 'turned.jpg, 20 x 40 pixels' }).waitFor();
    await page.getByRole('button', { name: 'Camera for step 1' }).click();
    await until(page, 'document.querySelector("video")?.videoWidth > 0');
    await page.evaluate('void (window.track = document.querySelector("video").srcObject.getTracks()[0])');
    await page.getByRole('button', { name: 'Take picture' }).click();
    await page.getByRole('img', { name: /^camera/ }).waitFor();
    await page.getByRole('button', { name: 'Close camera' }).click();
    await until(page, 'window.track.readyState === "ended"');
  });
});

test.skipIf(!firefoxPath)(`Firefox learns and scores as Node does${firefoxNeeded}`, async () => {
  const other = await launchFirefox();
  try {
    const page = await (await other.newContext()).newPage();
    await openInFirefox(page, server.url);
    const watched = watch(page);
    const good = await generatedFiles(['surface/train/good/000']);
    const check = await generatedFiles(['surface/test/good/000', 'surface/test/spot/000']);
    await addGood(page, good);
    await addChecks(page, check);
    await learn(page);
    const model = await learnedInNode('patchcore', 'few-shot', good);
    expectEqual(await results(page, 2), await inNode(model, check), 1e-4);
    model.detector.dispose();
    expect(watched).toEqual({ complaints: [], requests: [] });
  } finally {
    await other.close();
  }
});

/** Gives a page the files that Node writes of a model, as a zip. */
async function openInPage(page: Page, model: OpenedModel, pictures = 1): Promise<void> {
  const folder = await mkdtemp(join(scratch, 'written-'));
  await saveModel(folder, model);
  const files = readdirSync(folder).map((name) => [
    `m/${name}`,
    new Uint8Array(readFileSync(join(folder, name))),
  ]);
  const buffer = Buffer.from(zipSync(Object.fromEntries(files) as Record<string, Uint8Array>));
  if (!(await page.getByLabel('Model as zip').isVisible())) await page.getByText('Model files').click();
  await page
    .getByLabel('Model as zip')
    .setInputFiles([{ name: 'm.zip', mimeType: 'application/zip', buffer }]);
  await status(page, new RegExp(`^Learned from ${pictures} picture`));
}

/** How much of the training is done, as the page tells it; below 0 before it does. */
const percent = `parseInt(document.querySelector('.count')?.textContent ?? '-1')`;

/** What axe-core finds wrong, by rule. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  // A colour on its way to another is no colour to judge.
  await page.evaluate(
    'document.getAnimations().filter((each) => each instanceof CSSTransition).forEach((each) => each.finish())',
  );
  return page.evaluate<string[]>(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  );
}

async function unpacked(zip: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'model-'));
  for (const [path, bytes] of Object.entries(unzipSync(zip)))
    await writeFile(join(folder, path.split('/')[1]), bytes);
  return folder;
}

/** A JPEG of 40 x 20 pixels that EXIF says to turn by a quarter. */
async function turned(): Promise<PictureFile> {
  const { default: sharp } = await import('sharp');
  const plain = sharp({ create: { width: 40, height: 20, channels: 3, background: '#888888' } });
  const buffer = await plain.withMetadata({ orientation: 6 }).jpeg().toBuffer();
  return { name: 'turned.jpg', mimeType: 'image/jpeg', buffer };
}
