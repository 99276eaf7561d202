import type { Cell } from './store/index.ts';
import type { RunEvent } from './run-events.ts';
import { cellName } from './plan/index.ts';

/** Where progress is drawn. */
export interface ProgressScreen {
  write(text: string): void;
  /** Whether lines can be drawn over. */
  readonly terminal: boolean;
  /** Columns of the terminal. */
  readonly columns: () => number;
  readonly now: () => number;
}

/** How often a plain log says where things stand while nothing finishes, and how often a terminal is redrawn. */
const plainEveryMs = 30_000;
const drawEveryMs = 100;

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
  readonly #screen: ProgressScreen;
  readonly #running = new Map<string, RunningTrial>();
  /** Null before a plan was told. */
  #total: number | null = null;
  #ended = 0;
  #failed = 0;
  #remaining: number | null = null;
  #remainingSince = 0;
  #drawnLines = 0;
  #drawnAt = -Infinity;

  constructor(screen: ProgressScreen) {
    this.#screen = screen;
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case 'plan':
        this.#total = event.pending;
        this.#estimate(event.remainingSeconds);
        this.#say(planLine(event));
        break;
      case 'note':
        this.#say(event.text);
        break;
      case 'start': {
        const since = this.#screen.now();
        this.#running.set(event.key, { ...event, since, stage: 'starting', done: 0, total: 0 });
        if (!this.#screen.terminal) this.#say(`begun    ${cellName(event.cell)}`);
        break;
      }
      case 'progress':
        Object.assign(this.#running.get(event.key) ?? {}, event.progress);
        break;
      case 'again':
        this.#say(`again    ${cellName(event.cell)}: ${event.why}`);
        break;
      case 'finish':
        this.#running.delete(event.key);
        this.#ended++;
        if (event.status !== 'ok') this.#failed++;
        this.#estimate(event.remainingSeconds);
        this.#say(finishLine(event));
        break;
    }
    this.#draw(event.type !== 'progress');
  }

  /** Removes what is drawn over, before something else is printed. */
  clear(): void {
    if (this.#drawnLines > 0) this.#screen.write(`\u001b[${this.#drawnLines}A\u001b[J`);
    this.#drawnLines = 0;
  }

  #estimate(seconds: number | null): void {
    this.#remaining = seconds;
    this.#remainingSince = this.#screen.now();
  }

  #say(line: string): void {
    this.clear();
    this.#screen.write(`${line}\n`);
  }

  #draw(now: boolean): void {
    const time = this.#screen.now();
    if (!this.#screen.terminal) {
      if (time - this.#drawnAt < plainEveryMs) return;
      if (this.#drawnAt > -Infinity && this.#running.size > 0) {
        for (const trial of this.#running.values()) this.#screen.write(`at work  ${this.#line(trial)}\n`);
        this.#screen.write(`${this.#wholeLine()}\n`);
      }
      this.#drawnAt = time;
      return;
    }
    if (!now && time - this.#drawnAt < drawEveryMs) return;
    this.#drawnAt = time;
    this.clear();
    if (this.#running.size === 0) return;
    const trials = [...this.#running.values()].sort((a, b) => a.worker - b.worker);
    const lines = [...trials.map((trial) => this.#line(trial)), this.#wholeLine()];
    const width = this.#screen.columns();
    for (const line of lines)
      this.#screen.write(`${line.length > width ? `${line.slice(0, width - 1)}…` : line}\n`);
    this.#drawnLines = lines.length;
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

/** 75 -> `1 min 15 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (seconds < 600) return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = seconds / 3600;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
}
