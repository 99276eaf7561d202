/**
 * Measures the built page in Chromium, beside Node. On a busy machine processor seconds can be compared, not times.
 *
 *   npm run page:build && node --import tsx apps/web/harness/measure.ts speed     one thread each: HTDG of one picture, the default's first answer
 *   npm run page:build && node --import tsx apps/web/harness/measure.ts memory    what the page holds after 100 to 500 pictures
 */
import type { Browser, Page } from 'playwright-core';
import { decodeImage } from '@fsad/images';
import { fitModel } from '@fsad/runner';
import { launch } from '../tests/support/browser.ts';
import { generatedFiles } from '../tests/support/pictures.ts';
import { serve } from '../tests/support/serve.ts';
import { addChecks, addGood, learn, results, status } from '../tests/support/steps.ts';

const browser = await launch();
// Without the headers a page computes on one thread.
const server = await serve(process.argv[2] === 'memory');
try {
  const context = await browser.newContext({
    serviceWorkers: process.argv[2] === 'memory' ? 'allow' : 'block',
  });
  const page = await context.newPage();
  await page.goto(server.url);
  await status(page, /Waiting/);
  if (process.argv[2] === 'memory') await memory(page);
  else await speed(page, browser);
} finally {
  await browser.close();
  await server.close();
}

async function speed(page: Page, of: Browser): Promise<void> {
  const good = await generatedFiles(['surface/train/good/000']);
  await addChecks(page, await generatedFiles(['surface/test/good/000']));
  await addGood(page, good);
  const first = await spent(of, async () => {
    await learn(page);
    await results(page, 1);
  });
  say('default, from Learn to the first answer', first);

  await page.getByRole('radio', { name: /From scratch/ }).check();
  const inPage = await spent(of, async () => {
    await learn(page);
    await status(page, /^Learned/, 600_000);
  });
  say('HTDG fast-rotations in the page', inPage);
  const images = await Promise.all(good.map(({ name, buffer }) => decodeImage(buffer, name)));
  const before = process.cpuUsage();
  const start = performance.now();
  const model = await fitModel(images, {
    method: 'htdg',
    preset: 'fast-rotations',
    engine: 'wasm',
    threads: 1,
    report: () => undefined,
  });
  const { user, system } = process.cpuUsage(before);
  const inNode = { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
  model.detector.dispose();
  say("HTDG fast-rotations on Node's wasm", inNode);
  console.log(`processor seconds, page over Node: ${(inPage.cpu / inNode.cpu).toFixed(2)}`);
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

function say(what: string, { wall, cpu }: Spent): void {
  console.log(`${what}: ${wall.toFixed(1)} s, ${cpu.toFixed(1)} processor seconds`);
}
