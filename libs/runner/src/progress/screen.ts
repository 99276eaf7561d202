import { printable } from '@fsad/files';
import type { ProgressLine } from './json-lines.ts';
import { fitted, widthOf, wrapped } from './text.ts';

/** How progress may be asked for: `auto` is `bar` on a terminal and `plain` elsewhere. */
export const PROGRESS = ['auto', 'bar', 'plain', 'json', 'none'] as const;
export type Progress = (typeof PROGRESS)[number];

/** Where progress is drawn. Nothing is coloured, whatever NO_COLOR says. */
export interface ProgressScreen {
  write(text: string): void;
  /** `bar`: lines that are drawn over; `plain`: a line now and then; `json`: a line of JSON for everything; `none`: notes alone. */
  readonly shows: Exclude<Progress, 'auto'>;
  /** Columns and rows of the terminal, which may change. */
  readonly columns: () => number;
  readonly rows: () => number;
  readonly now: () => number;
}

/** Columns that a line may take. On a terminal the last one stays free: a line that fills its row wraps on some. */
export function lineWidth({ shows, columns }: ProgressScreen): number {
  return shows === 'bar' ? columns() - 1 : Infinity;
}

/** Whether lines can be drawn over on a stream: a terminal that moves its cursor, with somebody before it. */
export function drawsOver(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && !env.CI && env.TERM !== 'dumb';
}

/** How often a terminal is redrawn, and a line of JSON comes of what goes on. */
const everyMs = { bar: 100, json: 1000 };

/** Lines that stay, and below them on a terminal some that are drawn over. */
export class Lines {
  readonly #screen: ProgressScreen;
  /** Columns of each line that will be drawn over. */
  #drawn: readonly number[] = [];
  #drawnAt = -Infinity;

  constructor(screen: ProgressScreen) {
    this.#screen = screen;
  }

  /** A line that stays. @param event what `json` says instead */
  say(line: string, event: ProgressLine = { type: 'note', text: line }): void {
    const { shows } = this.#screen;
    if (shows === 'json') return this.#screen.write(`${JSON.stringify(event)}\n`);
    if (shows === 'none' && event.type !== 'note') return;
    const text = printable(line);
    const shown = shows === 'bar' ? wrapped(text, lineWidth(this.#screen)) : text;
    this.#screen.write(`${this.#erasing()}${shown}\n`);
  }

  /**
   * Shows lines that the next ones replace, unless some were drawn just now. Where nothing can be drawn over they stay, and come only every `plainEveryMs`.
   * @param at.now draw whenever the last time was. @param at.event what `json` says instead
   */
  draw(
    lines: () => readonly string[],
    at: { readonly now: boolean; readonly plainEveryMs: number; readonly event: () => ProgressLine },
  ): void {
    const { shows, rows } = this.#screen;
    const write = (text: string): void => this.#screen.write(text);
    if (shows === 'none') return;
    const time = this.#screen.now();
    if (!at.now && time - this.#drawnAt < (shows === 'plain' ? at.plainEveryMs : everyMs[shows])) return;
    this.#drawnAt = time;
    if (shows === 'json') return write(`${JSON.stringify(at.event())}\n`);
    if (shows === 'plain')
      return write(
        lines()
          .map((line) => `${printable(line)}\n`)
          .join(''),
      );
    const shown = lines().map((line) => fitted(printable(line), lineWidth(this.#screen)));
    const most = Math.max(1, rows() - 1);
    const visible = shown.length > most ? [...shown.slice(0, most - 1), shown[shown.length - 1]] : shown;
    const erasing = this.#erasing();
    this.#drawn = visible.map(widthOf);
    write(`${erasing}${visible.map((line) => `${line}\n`).join('')}`);
  }

  /** Removes what is drawn over, before something else is printed. */
  clear(): void {
    const erasing = this.#erasing();
    if (erasing !== '') this.#screen.write(erasing);
  }

  /** What removes the lines drawn over. A terminal made narrower since has broken them into more rows. */
  #erasing(): string {
    const columns = this.#screen.columns();
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    this.#drawn = [];
    // Row by row: tmux keeps what "erase below" removes from the top of the screen as history, a copy a time.
    return rows > 0 ? `\r${'\u001b[A\u001b[2K'.repeat(rows)}` : '';
  }
}
