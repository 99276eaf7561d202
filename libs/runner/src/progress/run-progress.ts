import { duration, percent, timeLeft } from '@fsad/files';
import type { Cell } from '../store/index.ts';
import type { RunEvent } from '../run-events.ts';
import { cellName, shortCellName } from '../cell-name.ts';
import type { ProgressLine } from './json-lines.ts';
import { Lines, lineWidth, type ProgressScreen } from './screen.ts';
import { bar, fittedAmid, widthOf } from './text.ts';

/** How often a plain log says where things stand while nothing finishes. */
const plainEveryMs = 30_000;

interface RunningTrial {
  readonly cell: Cell;
  readonly worker: number;
  readonly since: number;
  stage: string;
  done: number;
  total: number;
  whole?: number;
}

/**
 * Shows a run. On a terminal: one line for every trial that ended, below them one redrawn line for every trial at work and one for the whole, with
 * an estimate of what remains. Elsewhere: a plain line for every start and end, and every half minute one for the whole.
 */
export class RunProgress {
  readonly #lines: Lines;
  readonly #screen: ProgressScreen;
  readonly #running = new Map<string, RunningTrial>();
  /** Null before a plan was told. */
  #total: number | null = null;
  #ended = 0;
  #failed = 0;
  #remaining: number | null = null;
  #remainingSince = 0;

  constructor(screen: ProgressScreen) {
    this.#lines = new Lines(screen);
    this.#screen = screen;
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case 'plan':
        this.#total = event.pending;
        this.#estimate(event.remainingSeconds);
        this.#lines.say(planLine(event), { ...event });
        break;
      case 'note':
        this.#lines.say(event.text);
        break;
      case 'start': {
        const since = this.#screen.now();
        this.#running.set(event.key, { ...event, since, stage: 'starting', done: 0, total: 0 });
        if (this.#screen.shows !== 'bar') this.#lines.say(`begun    ${cellName(event.cell)}`, { ...event });
        break;
      }
      case 'progress':
        Object.assign(this.#running.get(event.key) ?? {}, { whole: undefined }, event.progress);
        break;
      case 'again':
        this.#lines.say(`again    ${cellName(event.cell)}: ${event.why}`, { ...event });
        break;
      case 'finish':
        this.#running.delete(event.key);
        this.#ended++;
        if (event.status !== 'ok') this.#failed++;
        this.#estimate(event.remainingSeconds);
        this.#lines.say(finishLine(event, lineWidth(this.#screen)), { ...event });
        break;
    }
    this.#draw(event.type !== 'progress');
  }

  /** Removes what is drawn over, before something else is printed. */
  clear(): void {
    this.#lines.clear();
  }

  #estimate(seconds: number | null): void {
    this.#remaining = seconds;
    this.#remainingSince = this.#screen.now();
  }

  #draw(now: boolean): void {
    const { shows } = this.#screen;
    const trials = [...this.#running.values()].sort((a, b) => a.worker - b.worker);
    const lines = (): string[] => {
      if (trials.length === 0) return [];
      const mark = shows === 'bar' ? '' : 'at work  ';
      return [...trials.map((trial) => this.#line(mark, trial)), this.#wholeLine()];
    };
    this.#lines.draw(lines, {
      now: now && shows === 'bar',
      plainEveryMs,
      event: (): ProgressLine => ({
        type: 'trials',
        total: this.#total,
        ended: this.#ended,
        failed: this.#failed,
        secondsLeft: this.#secondsLeft(),
        running: [...this.#running].map(([key, { cell, stage, done, total, since }]) => ({
          key,
          cell,
          stage,
          done,
          total,
          seconds: this.#secondsSince(since),
        })),
      }),
    });
  }

  /** On a terminal the name is cut where both do not fit, and not how far it is. */
  #line(mark: string, { cell, stage, done, total, since }: RunningTrial): string {
    const count = total > 0 ? ` ${done}/${total}` : '';
    const far = `: ${stage}${count}, ${duration(this.#secondsSince(since))}`;
    return namedRow(mark, cell, far, lineWidth(this.#screen));
  }

  #wholeLine(): string {
    const running = [...this.#running.values()];
    const total =
      this.#total === null ? [] : [`${Math.max(0, this.#total - this.#ended - running.length)} waiting`];
    const counts = [
      `${this.#ended}${this.#total === null ? '' : ` of ${this.#total}`} done`,
      ...(this.#failed > 0 ? [`${this.#failed} not well`] : []),
      `${running.length} at work`,
      ...total,
    ];
    const seconds = this.#secondsLeft();
    const left = seconds === null ? [] : [`${timeLeft(seconds)} left`];
    if (this.#screen.shows !== 'bar' || this.#total === null) return [...counts, ...left].join(', ');
    const halves = running.reduce((sum, { whole = 0 }) => sum + whole, 0);
    const share = Math.min(1, (this.#ended + halves) / Math.max(1, this.#total));
    return [bar(share, this.#screen.columns()), ...left, ...counts].join(', ');
  }

  #secondsSince(since: number): number {
    return (this.#screen.now() - since) / 1000;
  }

  #secondsLeft(): number | null {
    if (this.#remaining === null) return null;
    return Math.max(0, this.#remaining - this.#secondsSince(this.#remainingSince));
  }
}

function planLine(plan: Extract<RunEvent, { type: 'plan' }>): string {
  const { cells, done, failedBefore, pending, how, remainingSeconds } = plan;
  const before = [
    ...(done > 0 ? [`${done} done before`] : []),
    ...(failedBefore > 0 ? [`${failedBefore} failed before (--retry-failed tries them again)`] : []),
  ];
  const whose = how
    ? `${how.workers} side by side with ${how.threads} ${how.threads === 1 ? 'thread' : 'threads'} each`
    : 'by the workers of the queue';
  const todo = pending === 0 ? 'nothing to do' : `${pending} to do, ${whose}`;
  const estimate = remainingSeconds && pending > 0 ? `, about ${timeLeft(remainingSeconds)}` : '';
  return `${cells} ${cells === 1 ? 'trial' : 'trials'}: ${[...before, todo].join(', ')}${estimate}`;
}

/** How a trial ended; why it did not end well is told whole, on as many rows as it takes. */
function finishLine(
  { cell, status, auroc, message, seconds }: Extract<RunEvent, { type: 'finish' }>,
  columns: number,
): string {
  const took = duration(seconds);
  if (auroc === null) return `NOT WELL ${cellName(cell)}: ${status}: ${message}, ${took}`;
  return namedRow('done     ', cell, `: AUROC ${percent(auroc)}, ${took}`, columns);
}

/** A row about a trial, whose name is shortened where not all of it fits. */
function namedRow(mark: string, cell: Cell, end: string, columns: number): string {
  const room = columns - widthOf(mark) - widthOf(end);
  const name = cellName(cell);
  return `${mark}${widthOf(name) <= room ? name : fittedAmid(shortCellName(cell), Math.max(12, room))}${end}`;
}
