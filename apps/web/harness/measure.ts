/**
 * Measures the built page in Chromium, beside Node. On a busy machine processor seconds can be compared, not times.
 *
 *   npm run page:build && node --import tsx apps/web/harness/measure.ts first [ROUNDS]    the default's first answer from one picture, as the page is served
 *   npm run page:build && node --import tsx apps/web/harness/measure.ts speed [ROUNDS]    HTDG of one picture on one thread, in the page and in Node by turns
 *   npm run page:build && node --import tsx apps/web/harness/measure.ts memory            what the page and its workers hold after 100 to 500 pictures
 */
import { loadavg } from 'node:os';
import type { Browser, Page } from 'playwright-core';
import { judge } from '@fsad/calibration';
import { decodeImage } from '@fsad/images';
import { fitModel } from '@fsad/runner';
import { launch } from '../tests/support/browser.ts';
import { generatedFiles } from '../tests/support/pictures.ts';
import { serve } from '../tests/support/serve.ts';
import { addChecks, addGood, learn, results, status } from '../tests/support/steps.ts';

const [, , what, rounds = '3'] = process.argv;
const browser = await launch();
// Without the headers, and the service worker that adds them, a page computes on one thread.
const server = await serve(what !== 'speed');
try {
  const context = await browser.newContext({ serviceWorkers: what === 'speed' ? 'block' : 'allow' });
  const page = await context.newPage();
  await page.goto(server.url);
  await status(page, /Waiting/);
  console.log(`load ${loadavg()[0].toFixed(1)}; seconds, in brackets those of processors`);
  if (what === 'memory') await memory(page);
  else if (what === 'first') await firstAnswer(page, browser, Number(rounds));
  else await speed(page, browser, Number(rounds));
} finally {
  await browser.close();
  await server.close();
}

async function firstAnswer(page: Page, of: Browser, rounds: number): Promise<void> {
  await addChecks(page, await generatedFiles(['surface/test/good/000']));
  await addGood(page, await generatedFiles(['surface/train/good/000']));
  for (let round = 1; round <= rounds; round++) {
    const first = await spent(of, async () => {
      await learn(page);
      await results(page, 1);
    });
    console.log(`${round}: the default's first answer ${words(first)}`);
  }
}

async function speed(page: Page, of: Browser, rounds: number): Promise<void> {
  const good = await generatedFiles(['surface/train/good/000']);
  const check = await generatedFiles(['surface/test/good/000', 'surface/test/spot/000']);
  const images = await Promise.all(good.map(({ name, buffer }) => decodeImage(buffer, name)));
  const asked = await Promise.all(check.map(({ name, buffer }) => decodeImage(buffer, name)));
  await addChecks(page, check);
  await addGood(page, good);
  await page.getByRole('radio', { name: /From scratch/ }).check();
  const ratios: { readonly wall: number; readonly cpu: number }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const inPage = await spent(of, async () => {
      await learn(page);
      await status(page, /^Learned/, 600_000);
    });
    const found = await results(page, 2);
    console.log(`${round}: HTDG fast-rotations in the page ${words(inPage)}`);

    const [before, start] = [process.cpuUsage(), performance.now()];
    const model = await fitModel(images, {
      method: 'htdg',
      preset: 'fast-rotations',
      engine: 'wasm',
      threads: 1,
      report: () => undefined,
    });
    const { user, system } = process.cpuUsage(before);
    const inNode = { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
    const apart: number[] = [];
    for (const [i, image] of asked.entries()) {
      const [{ value }] = await model.detector.score([image]);
      apart.push(Math.abs(judge(model.calibration!, value).score - found[i].score));
    }
    model.detector.dispose();
    ratios.push({ wall: inPage.wall / inNode.wall, cpu: inPage.cpu / inNode.cpu });
    console.log(
      `   HTDG in Node ${words(inNode)}; scores apart by at most ${Math.max(...apart).toExponential(1)}`,
    );
  }
  const middle = (of: 'wall' | 'cpu'): string =>
    ratios
      .map((ratio) => ratio[of])
      .sort((a, b) => a - b)
      [ratios.length >> 1].toFixed(2);
  console.log(`page over Node, the middle of ${rounds}: ${middle('wall')} (${middle('cpu')})`);
}

async function memory(page: Page): Promise<void> {
  await addGood(page, await generatedFiles(['surface/train/good/000']));
  await learn(page);
  await status(page, /^Learned/);
  const kinds = ['good', 'scratch', 'spot', 'dent'];
  for (let done = 0; done < 500; done += 100) {
    const ids = Array.from(
      { length: 100 },
      (_, i) => `surface/test/${kinds[i % 4]}/${String(Math.floor(i / 4) % 10).padStart(3, '0')}`,
    );
    await addChecks(page, await generatedFiles(ids));
    await results(page, done + 100);
    const bytes = await page.evaluate<number>(
      'performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes)',
    );
    console.log(`${done + 100} pictures: ${(bytes / 1e6).toFixed(0)} MB`);
  }
}

interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

/** Seconds that some work takes, and those of all the browser's processes. */
async function spent(of: Browser, work: () => Promise<void>): Promise<Spent> {
  const session = await of.newBrowserCDPSession();
  const cpu = async (): Promise<number> => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  const [before, start] = [await cpu(), performance.now()];
  await work();
  return { wall: (performance.now() - start) / 1000, cpu: (await cpu()) - before };
}

function words({ wall, cpu }: Spent): string {
  return `${wall.toFixed(1)} (${cpu.toFixed(1)})`;
}
