import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A step `torch_step.py` knows. */
export interface TorchStep {
  readonly kind: 'discriminator' | 'generator';
  readonly pictures: number;
  readonly side: number;
  readonly input: number;
  readonly width: number;
  readonly outputs: number;
  readonly padding: 'same' | 'valid';
}

/** A Python process that takes the same steps with PyTorch. */
export class Torch {
  readonly version: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    process: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
    version: string,
  ) {
    this.#process = process;
    this.#lines = lines;
    this.version = version;
  }

  /** Starts the Python of FSAD_PYTHON, else of .venv in the working folder; null where there is none with PyTorch. */
  static async start(): Promise<Torch | null> {
    const python =
      process.env.FSAD_PYTHON ?? ['.venv/bin/python', '.venv/Scripts/python.exe'].find(existsSync);
    if (python === undefined) return null;
    const script = fileURLToPath(new URL('./torch_step.py', import.meta.url));
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    child.stderr.resume();
    const lines: Interface = createInterface(child.stdout);
    const iterator = lines[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done) return null;
    const { torch } = JSON.parse(first.value) as { torch: string };
    return new Torch(child, iterator, torch);
  }

  /** Seconds one step takes. */
  async seconds(step: TorchStep, layout: 'default' | 'channels_last', threads: number): Promise<number> {
    this.#process.stdin.write(`${JSON.stringify({ ...step, layout, threads })}\n`);
    const answer = await this.#lines.next();
    if (answer.done) throw new Error('the PyTorch process ended');
    return (JSON.parse(answer.value) as { seconds: number }).seconds;
  }

  stop(): void {
    this.#process.kill();
  }
}
