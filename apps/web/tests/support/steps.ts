import type { Page } from 'playwright-core';
import type { PictureFile } from './pictures.ts';

/** Waits until the status says something. */
export async function status(page: Page, says: RegExp, timeout = 200_000): Promise<string> {
  const found = page.getByRole('status').filter({ hasText: says });
  await found.waitFor({ timeout });
  return found.innerText();
}

/**
 * Opens a page in Firefox and waits until it is ready. Spoken to by WebDriver, Firefox now and then does not return from making a worker in a worker (7 of 210 loads; none of 390 loads without
 * WebDriver), so a page that does not start is loaded again.
 */
export async function openInFirefox(page: Page, url: string): Promise<void> {
  for (let left = 4; ; left--) {
    await page.goto(url);
    try {
      await status(page, /Waiting/, 30_000);
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

export const addGood = (page: Page, files: readonly PictureFile[]): Promise<void> =>
  page.getByLabel('Good pictures').setInputFiles([...files]);

export const addChecks = (page: Page, files: readonly PictureFile[]): Promise<void> =>
  page.getByLabel('Pictures to check').setInputFiles([...files]);

export const learn = (page: Page): Promise<void> => page.getByRole('button', { name: 'Learn' }).click();

/** Waits until an expression is true in the page; Playwright's own wait makes code of text, which the page's policy forbids. */
export async function until(page: Page, expression: string, timeout = 200_000): Promise<void> {
  const end = performance.now() + timeout;
  // A page that loads again meanwhile is asked once more.
  while (!(await page.evaluate(expression).catch(() => false))) {
    if (performance.now() > end) throw new Error(`waited ${timeout} ms for ${expression}`);
    await page.waitForTimeout(100);
  }
}

/** What the table says of a picture. */
export interface Row {
  readonly name: string;
  readonly score: number;
  readonly decision: string;
}

/** What the table says of every picture, once so many are checked. */
export async function results(page: Page, count: number): Promise<Row[]> {
  await until(page, `document.querySelectorAll('[role=table] data').length === ${count}`);
  const rows = `[...document.querySelectorAll('[role=table][aria-label=Results] [role=row]')].slice(1).map((row) => ({
    name: row.querySelector('.name').textContent,
    score: Number(row.querySelector('data').value),
    decision: row.querySelector('.decision').textContent,
  }))`;
  return page.evaluate<Row[]>(rows);
}
