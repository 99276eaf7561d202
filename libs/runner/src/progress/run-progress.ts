import { duration } from '@fsad/files';
import type { Cell } from '../store/index.ts';
import type { RunEvent } from '../run-events.ts';
import { cellName } from '../plan/index.ts';
import { Lines, type ProgressScreen } from './screen.ts';

/** How often a plain log says where things stand while nothing finishes. */
const plainEveryMs = 30_000;

interface RunningTrial {
  readonly cell: Cell;
  readonly worker: number;
  readonly since: number;
  stage: string;
  done: number;
  total: number;
}

/**
 * Shows a run. On a terminal: one line for every trial that ended, below them one redrawn line for every trial at work and one for the whole with an
 * estimate of what remains. Elsewhere: a plain line for every start and end, and every half minute one for the whole.
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
        this.#lines.say(planLine(event));
        break;
      case 'note':
        this.#lines.say(event.text);
        break;
      case 'start': {
        const since = this.#screen.now();
        this.#running.set(event.key, { ...event, since, stage: 'starting', done: 0, total: 0 });
        if (!this.#screen.terminal) this.#lines.say(`begun    ${cellName(event.cell)}`);
        break;
      }
      case 'progress':
        Object.assign(this.#running.get(event.key) ?? {}, event.progress);
        break;
      case 'again':
        this.#lines.say(`again    ${cellName(event.cell)}: ${event.why}`);
        break;
      case 'finish':
        this.#running.delete(event.key);
        this.#ended++;
        if (event.status !== 'ok') this.#failed++;
        this.#estimate(event.remainingSeconds);
        this.#lines.say(finishLine(event));
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
    const { terminal } = this.#screen;
    const lines = (): string[] => {
      const trials = [...this.#running.values()].sort((a, b) => a.worker - b.worker);
      if (trials.length === 0) return [];
      const mark = terminal ? '' : 'at work  ';
      return [...trials.map((trial) => `${mark}${this.#line(trial)}`), this.#wholeLine()];
    };
    this.#lines.draw(lines, { now: now && terminal, plainEveryMs });
  }

  #line({ cell, stage, done, total, since }: RunningTrial): string {
    const count = total > 0 ? ` ${done}/${total}` : '';
    const seconds = (this.#screen.now() - since) / 1000;
    return `${cellName(cell)}: ${stage}${count}, ${duration(seconds)}`;
  }

  #wholeLine(): string {
    const failed = this.#failed > 0 ? `, ${this.#failed} not well` : '';
    const passed = (this.#screen.now() - this.#remainingSince) / 1000;
    const left = this.#remaining === null ? '' : `, ${duration(Math.max(0, this.#remaining - passed))} left`;
    const total = this.#total === null ? '' : ` of ${this.#total}`;
    return `${this.#ended}${total} trials${failed}${left}`;
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
  const estimate = remainingSeconds && pending > 0 ? `, about ${duration(remainingSeconds)}` : '';
  return `${cells} ${cells === 1 ? 'trial' : 'trials'}: ${[...before, todo].join(', ')}${estimate}`;
}

function finishLine({
  cell,
  status,
  auroc,
  message,
  seconds,
}: Extract<RunEvent, { type: 'finish' }>): string {
  const outcome = auroc === null ? `${status}: ${message}` : `AUROC ${(100 * auroc).toFixed(1)}`;
  return `${auroc === null ? 'NOT WELL' : 'done    '} ${cellName(cell)}: ${outcome}, ${duration(seconds)}`;
}
