import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, firefox, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Path of a Chromium: FSAD_CHROMIUM, else the first on the PATH; undefined where there is none. */
export const browserPath = pathOf(process.env.FSAD_CHROMIUM, [
  'chromium',
  'chromium-browser',
  'google-chrome',
]);

/** Path of a Firefox: FSAD_FIREFOX, else the first on the PATH; undefined where there is none. */
export const firefoxPath = pathOf(process.env.FSAD_FIREFOX, ['firefox-esr', 'firefox']);

/** Why browser tests are skipped, for their title. */
export const browserNeeded = browserPath ? '' : ' (skipped: no Chromium; run scripts/browser-env.sh)';
export const firefoxNeeded = firefoxPath
  ? ''
  : ' (skipped: no Firefox; run scripts/browser-env.sh --firefox)';

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

/** A Firefox as it comes, spoken to by WebDriver BiDi; the channel is no name of a version. */
export function launchFirefox(): Promise<Browser> {
  return firefox.launch({ channel: 'moz-firefox', executablePath: firefoxPath });
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

function pathOf(named: string | undefined, names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [named ?? '', ...names.flatMap((name) => folders.map((folder) => join(folder, name)))].find(runs);
}

function runs(path: string): boolean {
  try {
    if (path) accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}
