import { fileURLToPath } from 'node:url';
import { killAtOnce, start, trialProcesses, type Running } from './processes.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** What a sweep runs on: a runner whose trials are processes of its own or, with the address of a queue, workers beside it. */
export class Fleet {
  readonly #store: string;
  readonly #workers: number;
  readonly #trials: number;
  readonly #queue: string | null;
  readonly #hear: (line: string) => void;
  #beside: Running[] = [];
  #runner: Running | null = null;

  constructor(
    store: string,
    options: { readonly workers: number; readonly trials: number },
    queue: string | null,
    hear: (line: string) => void,
  ) {
    this.#store = store;
    this.#workers = options.workers;
    this.#trials = options.trials;
    this.#queue = queue;
    this.#hear = hear;
  }

  /** Starts the runner, and the workers that are not alive. */
  start(): Running {
    const args = ['--store', this.#store, '--trials', `${this.#trials}`, '--workers', `${this.#workers}`];
    if (this.#queue) args.push('--queue', this.#queue);
    this.#runner = start(fileOf('run-sweep.ts'), args, { onLine: this.#hear });
    this.keepWorkers();
    return this.#runner;
  }

  /** Starts the workers beside the runner that are not alive. */
  keepWorkers(): void {
    if (!this.#queue) return;
    const alive = this.#beside.filter((worker) => worker.alive());
    const missing = Array.from({ length: this.#workers - alive.length }, () =>
      start(fileOf('run-worker.ts'), ['--store', this.#store, '--queue', this.#queue as string]),
    );
    this.#beside = [...alive, ...missing];
  }

  /** Whom a kill may hit: the processes of trials, and the workers beside the runner. */
  victims(): number[] {
    const hosts = this.#queue ? this.#beside : [this.#runner as Running];
    return [
      ...(this.#queue ? hosts.map(({ pid }) => pid) : []),
      ...hosts.flatMap(({ pid }) => trialProcesses(pid)),
    ];
  }

  async end(): Promise<void> {
    for (const { pid } of this.#beside) killAtOnce(pid);
    await Promise.all(this.#beside.map(({ ended }) => ended));
  }
}
