import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';

/** Path of a Chromium to look at pages with: FSAD_CHROMIUM, else the first on the PATH; null where there is none. */
export const browserPath = findBrowser();

/** Why browser tests are skipped, for their title. */
export const browserNeeded = browserPath ? '' : ' (skipped: no Chromium; run scripts/browser-env.sh)';

/** What a reader's browser finds wrong with a page, at one window width. */
export interface Inspection {
  /** Console messages, script errors and requests to anything but the page itself. */
  readonly complaints: readonly string[];
  /** Pixels the page is wider than the window. */
  readonly overflow: number;
  readonly brokenImages: number;
  readonly images: number;
  readonly figures: number;
  /** What axe-core finds wrong, by rule, and where. */
  readonly barriers: readonly string[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Opens a page from disk at each width, light and dark. */
export async function inspect(file: string, widths: readonly number[]): Promise<Inspection[]> {
  const browser = await launch();
  try {
    const found: Inspection[] = [];
    for (const width of widths) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('request', (request) => {
          if (!/^(data|file):/.test(request.url())) complaints.push(`request to ${request.url()}`);
        });
        await page.goto(pathToFileURL(file).href);
        const seen = await page.evaluate(`(async () => {
          const images = [...document.images];
          for (const image of images) image.loading = 'eager';
          await Promise.allSettled(images.map((image) => image.decode()));
          return {
            overflow: document.documentElement.scrollWidth - window.innerWidth,
            images: images.length,
            brokenImages: images.filter((image) => image.naturalWidth === 0).length,
            figures: document.querySelectorAll('svg[role=img]').length,
          };
        })()`);
        await page.evaluate(axe);
        const barriers =
          await page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
          violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')))`);
        found.push({
          complaints,
          barriers: barriers as string[],
          ...(seen as Omit<Inspection, 'complaints' | 'barriers'>),
        });
        await page.close();
      }
    }
    return found;
  } finally {
    await browser.close();
  }
}

/** A browser that asks nobody for anything. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath ?? undefined,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function findBrowser(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const path of [process.env.FSAD_CHROMIUM ?? '', ...candidates]) {
    try {
      if (path) {
        accessSync(path, constants.X_OK);
        return path;
      }
    } catch {
      // Not there: the next candidate.
    }
  }
  return null;
}
