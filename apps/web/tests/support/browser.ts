import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Path of a Chromium: FSAD_CHROMIUM, else the first on the PATH; null where there is none. */
export const browserPath = [
  process.env.FSAD_CHROMIUM ?? '',
  ...NAMES.flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))),
].find(runs);

/** Why browser tests are skipped, for their title. */
export const browserNeeded = browserPath ? '' : ' (skipped: no Chromium; run scripts/browser-env.sh)';

/** A browser that asks nobody for anything; its camera shows a test picture. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  });
}

/** What went wrong in a page, and what it asked of anybody, since it was last looked at. */
export interface Watched {
  readonly complaints: string[];
  readonly requests: string[];
}

export function watch(of: BrowserContext | Page): Watched {
  const watched: Watched = { complaints: [], requests: [] };
  of.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url())) watched.requests.push(request.url());
  });
  of.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) watched.complaints.push(message.text());
  });
  if ('goto' in of) of.on('pageerror', (error) => watched.complaints.push(String(error)));
  return watched;
}

function runs(path: string): boolean {
  try {
    if (path) accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}
