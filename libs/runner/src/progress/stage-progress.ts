import { duration } from '@fsad/files';
import { Lines, type ProgressScreen } from './screen.ts';

const plainEveryMs = 10_000;

/** Shows how far work of one stage after another is: one redrawn line on a terminal, a plain line now and then elsewhere. */
export class StageProgress {
  readonly #lines: Lines;
  readonly #now: () => number;
  #stage = '';
  #since = 0;
  #from = 0;

  constructor(screen: ProgressScreen) {
    this.#lines = new Lines(screen);
    this.#now = screen.now;
  }

  /** `note` is shown behind the count, e.g. the latest losses. */
  update(stage: string, done: number, total: number, note = ''): void {
    const changed = stage !== this.#stage;
    if (changed) {
      this.#stage = stage;
      this.#since = this.#now();
      this.#from = done;
    }
    const line = (): string => {
      const elapsed = (this.#now() - this.#since) / 1000;
      const gained = done - this.#from;
      const left =
        gained > 0 && done < total ? `, ${duration((elapsed / gained) * (total - done))} left` : '';
      const spent = done === total && gained > 0 ? `, ${duration(elapsed)}` : '';
      return `${stage}: ${done} of ${total}${note ? `, ${note}` : ''}${left}${spent}`;
    };
    if (done === total) this.#lines.say(line());
    else this.#lines.draw(() => [line()], { now: changed, plainEveryMs });
  }

  /** A line of its own, above the progress line. */
  say(text: string): void {
    this.#lines.say(text);
  }

  /** Removes an unfinished line, before something else is printed. */
  clear(): void {
    this.#lines.clear();
  }
}
