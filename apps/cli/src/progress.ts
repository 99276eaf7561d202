/** Shows how far long work is: one redrawn line on a terminal, a plain line now and then elsewhere. Writes to stderr. */
export class Progress {
  readonly #terminal: boolean;
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  #stage = '';
  #stageStart = 0;
  #stageFrom = 0;
  #lastDrawn = -Infinity;
  #drawn = false;

  constructor(
    stream: { readonly isTTY?: boolean; write(text: string): unknown } = process.stderr,
    now: () => number = () => performance.now(),
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.#terminal = stream.isTTY === true && !environment.CI && environment.TERM !== 'dumb';
    this.#write = (text) => void stream.write(text);
    this.#now = now;
  }

  /** `note` is shown behind the count, e.g. the latest losses. */
  update(stage: string, done: number, total: number, note = ''): void {
    const now = this.#now();
    const changed = stage !== this.#stage;
    if (changed) {
      this.#stage = stage;
      this.#stageStart = now;
      this.#stageFrom = done;
    }
    const pause = this.#terminal ? 100 : 10_000;
    if (!changed && done < total && now - this.#lastDrawn < pause) return;
    this.#lastDrawn = now;
    const elapsed = (now - this.#stageStart) / 1000;
    const gained = done - this.#stageFrom;
    const left = gained > 0 && done < total ? `, ${duration((elapsed / gained) * (total - done))} left` : '';
    const spent = done === total && gained > 0 ? `, ${duration(elapsed)}` : '';
    const line = `${stage}: ${done} of ${total}${note ? `, ${note}` : ''}${left}${spent}`;
    if (this.#terminal) {
      this.#write(`\r\u001b[2K${line}${done === total ? '\n' : ''}`);
      this.#drawn = done !== total;
    } else {
      this.#write(`${line}\n`);
    }
  }

  /** A line of its own, above the progress line. */
  say(text: string): void {
    this.clear();
    this.#write(`${text}\n`);
  }

  /** Removes an unfinished line, before something else is printed. */
  clear(): void {
    if (this.#drawn) this.#write('\r\u001b[2K');
    this.#drawn = false;
  }
}

/** 75 -> `1 min 15 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 6) / 10;
  if (minutes < 10) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return minutes < 120 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}
