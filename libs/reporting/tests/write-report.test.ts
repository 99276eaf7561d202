import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeReport } from '../src/index.ts';
import { browserNeeded, browserPath, inspect, launch } from './browser.ts';
import { fakeSummary, storeFake, type FakeTrial } from './fake-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-report-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const fakes: FakeTrial[] = [
  ...[1, 5].flatMap((shots) =>
    [0, 1, 2].flatMap((trial) => [
      { cell: { shots, trial }, auroc: 0.9 + 0.01 * trial },
      { cell: { shots, trial, detector: 'geom', variant: 'default' }, auroc: 0.8 + 0.01 * trial },
    ]),
  ),
  { cell: { trial: 3 }, status: 'diverged', message: 'loss is <NaN>' },
];

describe('writeReport', () => {
  it('writes page, tables, CSV and figures of each experiment, and a list of them', async () => {
    const [store, out] = [join(folder, 'store'), join(folder, 'out')];
    await storeFake(store, [...fakes, { cell: { experiment: 'other', budget: 'smoke' } }]);
    const written = await writeReport(store, out);
    expect(written.map(({ experiment, trials, failed }) => [experiment, trials, failed])).toEqual([
      ['anomaly-detection', 13, 1],
      ['other', 1, 0],
    ]);
    const one = join(out, 'anomaly-detection-reduced');
    expect((await readdir(one)).sort()).toEqual([
      'figures',
      'index.html',
      'summary.csv',
      'tables.md',
      'trials.csv',
    ]);
    expect((await readdir(join(one, 'figures'))).sort()).toEqual(
      ['auroc-by-method', 'auroc-by-shots'].flatMap((name) => [
        `${name}.png`,
        `${name}.svg`,
        `${name}.vl.json`,
      ]),
    );
    const rows = (await readFile(join(one, 'trials.csv'), 'utf8')).trim().split('\n');
    expect(rows).toHaveLength(1 + 13);
    expect(
      rows.some((row) => row.includes('diverged') && row.includes('loss is <NaN> (at scale 1 3/10)')),
    ).toBe(true);
    const summary = await readFile(join(one, 'summary.csv'), 'utf8');
    expect(summary).toContain('mnist,1,htdg,full,3,3,91,');
    expect(await readFile(join(one, 'tables.md'), 'utf8')).toContain(
      '| HTDG | 91.0 ± 1.0 | 94.3 ± 4.8 | −3.3 (',
    );
    const page = await readFile(join(one, 'index.html'), 'utf8');
    expect(page).toContain('loss is &lt;NaN&gt;');
    expect(page).toContain('1 diverged; those are in no mean');
    expect(page).toContain('data:image/png;base64');
    expect(await readFile(join(out, 'index.html'), 'utf8')).toContain('anomaly-detection-reduced/index.html');
  });

  it('gives the same bytes again, and removes figures that are no longer made', async () => {
    const [store, out] = [join(folder, 'store'), join(folder, 'out')];
    await storeFake(store, fakes);
    await writeReport(store, out);
    const digest = async (): Promise<string> => {
      const hash = createHash('sha256');
      for (const file of (await readdir(out, { recursive: true })).sort()) {
        hash.update(file);
        if (/\.\w+$/.test(file)) hash.update(await readFile(join(out, file)));
      }
      return hash.digest('hex');
    };
    const before = await digest();
    await writeFile(join(out, 'anomaly-detection-reduced', 'figures', 'old.svg'), 'x');
    await writeReport(store, out);
    expect(await digest()).toBe(before);
  });

  it('names a picture it cannot read and goes on', async () => {
    const store = join(folder, 'store');
    await storeFake(store, [{ cell: {} }]);
    const { key } = fakeSummary({ cell: {} });
    await writeFile(join(store, key.slice(0, 2), key, 'map-0.png'), 'not a picture');
    const [{ page }] = await writeReport(store, join(folder, 'out'));
    expect(await readFile(page, 'utf8')).toMatch(/class="note mark">[^<]*map-0\.png/);
  });

  it('refuses a folder that is no store, and a store without results, saying what to do', async () => {
    await expect(writeReport(join(folder, 'none'), folder)).rejects.toThrow('no store of results there');
    await mkdir(join(folder, 'empty'));
    await expect(writeReport(join(folder, 'empty'), folder)).rejects.toThrow('"fsad run" an experiment');
  });

  it.skipIf(!browserPath)(`writes pages a browser reads without complaint${browserNeeded}`, async () => {
    await storeFake(join(folder, 'store'), fakes);
    const [{ page }] = await writeReport(join(folder, 'store'), join(folder, 'out'));
    for (const file of [page, join(folder, 'out', 'index.html')]) {
      for (const seen of await inspect(file, [1280, 400])) {
        expect(seen).toMatchObject({ complaints: [], overflow: 0, brokenImages: 0, barriers: [] });
      }
    }
  });

  /** Shows `look` the page of a report in a browser. */
  async function inBrowser(look: (page: Page) => Promise<void>): Promise<void> {
    await storeFake(join(folder, 'store'), fakes);
    const [{ page: file }] = await writeReport(join(folder, 'store'), join(folder, 'out'));
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(file).href);
      await look(page);
    } finally {
      await browser.close();
    }
  }

  it.skipIf(!browserPath)(`sorts and filters the trial records in a browser${browserNeeded}`, async () => {
    await inBrowser(async (page) => {
      const column = async (name: string): Promise<string[]> => {
        const head = await page.locator('table[data-interactive] thead th').allInnerTexts();
        const at = head.findIndex((text) => text.startsWith(name)) + 1;
        return page.locator(`table[data-interactive] tbody tr:visible td:nth-child(${at})`).allInnerTexts();
      };
      const sort = page.getByRole('button', { name: 'AUROC, %' });
      await sort.click();
      const up = await column('AUROC');
      expect(up).toHaveLength(13);
      const numbers = up.slice(0, 12).map(Number);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(up[12]).toBe('–');
      await sort.click();
      expect((await column('AUROC')).slice(1).map(Number)).toEqual([...numbers].reverse());
      await page.getByRole('searchbox').fill('GEOM');
      expect(new Set(await column('method'))).toEqual(new Set(['GEOM']));
      expect(await page.getByRole('status').innerText()).toBe('6 of 13');
      await page.getByRole('searchbox').fill('diverged');
      expect(await column('status')).toHaveLength(1);
    });
  });

  it.skipIf(!browserPath)(`prints no table text larger than its cells${browserNeeded}`, async () => {
    await inBrowser(async (page) => {
      await page.emulateMedia({ media: 'print' });
      const sizes = await page.evaluate(`[...document.querySelectorAll('table')].map((table) => {
        const size = (element) => parseFloat(getComputedStyle(element).fontSize);
        const largest = (of) => Math.max(0, ...[...table.querySelectorAll(of)].map(size));
        return [largest('th, td small'), largest('td')];
      })`);
      expect(sizes).not.toHaveLength(0);
      for (const [around, cell] of sizes as [number, number][]) expect(around).toBeLessThanOrEqual(cell);
    });
  });
});
