/**
 * Pictures of the built page in Chromium, to be looked at: empty, learning, learned and marked, at 1280 and 400 pixels, light and dark.
 *
 *   npm run page:build && node --import tsx apps/web/harness/screenshots.ts FOLDER
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launch } from '../tests/support/browser.ts';
import { serve } from '../tests/support/serve.ts';
import { results, status, until } from '../tests/support/steps.ts';

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
const browser = await launch();
const server = await serve(true);
try {
  const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  await page.goto(server.url);
  await status(page, /Waiting/);
  await shoot(page, 'empty');

  await page.getByRole('button', { name: 'a part' }).click();
  await until(page, `parseInt(document.querySelector('.count')?.textContent) >= 40`);
  await shoot(page, 'learning');
  await status(page, /^Learned/);
  await results(page, 12);
  await shoot(page, 'learned');

  for (const [kind, mark] of [
    ['good-000', 'good'],
    ['good-001', 'good'],
    ['chip-000', 'bad'],
    ['missing-000', 'bad'],
  ]) {
    await page.getByRole('button', { name: `${kind}.png is ${mark}` }).click();
  }
  await page.getByRole('slider', { name: /^Threshold/ }).fill('0.3');
  await page.getByText('Model files').click();
  await page.getByLabel('Good pictures').setInputFiles([
    {
      name: 'phone.heic',
      mimeType: 'image/heic',
      buffer: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    },
  ]);
  await page.getByRole('alert').waitFor();
  await shoot(page, 'marked');

  await page.getByRole('button', { name: 'Forget everything' }).click();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByRole('radio', { name: /From scratch/ }).check();
  await page.getByRole('button', { name: 'a surface' }).click();
  await until(page, `document.querySelectorAll('.scales figure').length >= 3`);
  await shoot(page, 'scratch');
} finally {
  await browser.close();
  await server.close();
}

/** The whole page at every width and colour. */
async function shoot(page: Page, name: string): Promise<void> {
  for (const width of [1280, 400]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}
