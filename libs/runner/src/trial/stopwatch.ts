import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '@fsad/files';

const seconds = z.number().nonnegative();
const keptSchema = z.object({
  startedAt: z.iso.datetime(),
  attempts: z.int().nonnegative(),
  fit: seconds,
  score: seconds,
});
type Kept = z.infer<typeof keptSchema>;

/** Seconds a trial has taken over all its attempts; survives a kill to within a few seconds. */
export class Stopwatch {
  readonly #path: string;
  readonly #kept: Kept;
  #running: { part: 'fit' | 'score'; since: number } | null = null;

  private constructor(path: string, kept: Kept) {
    this.#path = path;
    this.#kept = kept;
  }

  /** Begins an attempt in the work folder of a trial. */
  static async begin(folder: string): Promise<Stopwatch> {
    const path = join(folder, 'clock.json');
    const kept = await readKept(path);
    const watch = new Stopwatch(path, { ...kept, attempts: kept.attempts + 1 });
    await watch.keep();
    return watch;
  }

  /** What the attempts so far have taken, without beginning another. */
  static async read(folder: string): Promise<Stopwatch> {
    const path = join(folder, 'clock.json');
    return new Stopwatch(path, await readKept(path));
  }

  start(part: 'fit' | 'score'): void {
    this.stop();
    this.#running = { part, since: performance.now() };
  }

  stop(): void {
    if (!this.#running) return;
    const { part, since } = this.#running;
    this.#kept[part] += (performance.now() - since) / 1000;
    this.#running = null;
  }

  /** Writes the present state, so that a later attempt counts from here. */
  async keep(): Promise<void> {
    if (this.#running) this.start(this.#running.part);
    await replaceFile(this.#path, JSON.stringify(this.#kept));
  }

  get attempts(): number {
    return this.#kept.attempts;
  }

  get startedAt(): string {
    return this.#kept.startedAt;
  }

  get seconds(): { fit: number; score: number; total: number } {
    const { fit, score } = this.#kept;
    const rounded = (value: number): number => Math.round(value * 1000) / 1000;
    return { fit: rounded(fit), score: rounded(score), total: rounded(fit + score) };
  }
}

async function readKept(path: string): Promise<Kept> {
  const fresh: Kept = { startedAt: new Date().toISOString(), attempts: 0, fit: 0, score: 0 };
  try {
    return keptSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? fresh;
  } catch {
    return fresh;
  }
}
