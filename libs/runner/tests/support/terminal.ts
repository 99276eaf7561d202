import { Terminal } from '@xterm/headless';
import type { ProgressScreen } from '../../src/progress/index.ts';

/** A terminal without a window, whose rows can be read as a person would, and a clock that stands still unless moved. */
export class FakeTerminal implements ProgressScreen {
  readonly #terminal: Terminal;
  readonly #pending: string[] = [];
  readonly shows: ProgressScreen['shows'];
  time = 0;
  /** Everything that was written. */
  text = '';

  constructor(columns = 80, shows: ProgressScreen['shows'] = 'bar') {
    this.shows = shows;
    this.#terminal = new Terminal({
      cols: columns,
      rows: 12,
      scrollback: 1000,
      convertEol: true,
      allowProposedApi: true,
    });
  }

  readonly write = (text: string): void => {
    this.text += text;
    this.#pending.push(text);
  };
  readonly columns = (): number => this.#terminal.cols;
  readonly rows = (): number => this.#terminal.rows;
  readonly now = (): number => this.time;

  async resize(columns: number): Promise<void> {
    await this.#settle();
    this.#terminal.resize(columns, this.#terminal.rows);
  }

  /** The rows that are not empty, from the first ever written to the last. */
  async visible(): Promise<string[]> {
    await this.#settle();
    const { active } = this.#terminal.buffer;
    const rows = Array.from(
      { length: active.length },
      (_, i) => active.getLine(i)?.translateToString(true) ?? '',
    );
    return rows.filter((row) => row !== '');
  }

  async #settle(): Promise<void> {
    for (const text of this.#pending.splice(0))
      await new Promise<void>((done) => this.#terminal.write(text, done));
  }
}
