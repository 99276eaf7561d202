import type { DetectorEvent } from '@fsad/detector';
import { duration, timeLeft } from '@fsad/files';
import { Rest } from './estimate-rest.ts';
import { Lines, lineWidth, type ProgressScreen } from './screen.ts';
import { bar, fittedBefore } from './text.ts';

const plainEveryMs = 10_000;

/** Shows how far work of one stage after another is: one redrawn line on a terminal, a plain line now and then elsewhere. */
export class StageProgress {
  readonly #screen: ProgressScreen;
  readonly #lines: Lines;
  readonly #losses = new Map<string, number>();
  #stage = '';
  #since = 0;
  #rest: Rest | null = null;
  /** Whether the stage is a part of something larger, whose estimate goes on with the next. */
  #isPart = false;

  constructor(screen: ProgressScreen) {
    this.#screen = screen;
    this.#lines = new Lines(screen);
  }

  /** @param whole how much is done of all stages together, 0 to 1; the bar and the estimate are of this stage alone without it */
  update(stage: string, done: number, total: number, { whole, note = '' }: StageDetails = {}): void {
    const now = this.#screen.now();
    const share = whole ?? (total > 0 ? done / total : 1);
    const isPart = whole !== undefined;
    const changed = stage !== this.#stage;
    if (changed) {
      this.#stage = stage;
      this.#since = now;
    }
    if (!this.#rest || (changed && !(isPart && this.#isPart))) this.#rest = new Rest(share, now);
    this.#isPart = isPart;
    const secondsLeft = this.#rest.seconds(share, now);
    const left = secondsLeft === null || share >= 1 ? [] : [`${timeLeft(secondsLeft)} left`];
    const what = `${stage}: ${done} of ${total}`;
    const after = note === '' ? [] : [note];
    const event = () => ({ type: 'progress', stage, done, total, whole: share, secondsLeft, note }) as const;
    if (done === total) {
      const spent = changed ? '' : `, ${duration((now - this.#since) / 1000)}`;
      const whole = [what, ...after].join(', ');
      this.#lines.say(fittedBefore(spent, whole, lineWidth(this.#screen)), event());
    } else {
      const percent = isPart ? [`${Math.floor(100 * share)} % of all`] : [];
      const { shows, columns } = this.#screen;
      const line = (): string =>
        shows === 'bar'
          ? [bar(share, columns()), ...left, what, ...after].join(', ')
          : [what, ...percent, ...left, ...after].join(', ');
      this.#lines.draw(() => [line()], { now: changed, plainEveryMs, event });
    }
  }

  /** What a method tells of a training, with the latest losses behind it. */
  report(event: DetectorEvent): void {
    if (event.type === 'note') return this.say(event.text);
    if (event.type === 'metric') {
      this.#losses.set(event.name.replace(/^.*\//, ''), event.value);
      return;
    }
    const { stage, done, total, whole } = event;
    if (stage !== this.#stage) this.#losses.clear();
    const note = [...this.#losses].map(([name, value]) => `${name} ${value.toFixed(3)}`).join(' ');
    this.update(stage, done, total, { whole, note });
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

interface StageDetails {
  readonly whole?: number;
  /** Shown behind the count, e.g. the latest losses. */
  readonly note?: string;
}
