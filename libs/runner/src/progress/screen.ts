import { printable } from '@fsad/files';

/** Where progress is drawn. */
export interface ProgressScreen {
  write(text: string): void;
  /** Whether lines can be drawn over. */
  readonly terminal: boolean;
  /** Columns of the terminal. */
  readonly columns: () => number;
  readonly now: () => number;
}

/** How often a terminal is redrawn. */
const drawEveryMs = 100;

/** Lines that stay, and below them on a terminal some that are drawn over. */
export class Lines {
  readonly #screen: ProgressScreen;
  #drawn = 0;
  #drawnAt = -Infinity;

  constructor(screen: ProgressScreen) {
    this.#screen = screen;
  }

  /** A line that stays. */
  say(line: string): void {
    this.clear();
    this.#screen.write(`${printable(line)}\n`);
  }

  /**
   * Shows lines that the next ones replace, unless some were drawn just now. Where nothing can be drawn over they stay, and come only every `plainEveryMs`.
   * @param at.now draw whenever the last time was.
   */
  draw(lines: () => readonly string[], at: { readonly now: boolean; readonly plainEveryMs: number }): void {
    const { terminal, columns } = this.#screen;
    const time = this.#screen.now();
    if (!at.now && time - this.#drawnAt < (terminal ? drawEveryMs : at.plainEveryMs)) return;
    this.#drawnAt = time;
    this.clear();
    const width = columns();
    for (const shown of lines()) {
      const line = printable(shown);
      const fitting = terminal && line.length > width ? `${line.slice(0, width - 1)}…` : line;
      this.#screen.write(`${fitting}\n`);
      if (terminal) this.#drawn++;
    }
  }

  /** Removes what is drawn over, before something else is printed. */
  clear(): void {
    if (this.#drawn > 0) this.#screen.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }
}
