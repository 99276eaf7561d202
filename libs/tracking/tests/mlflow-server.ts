import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = join(root, '.venv', process.platform === 'win32' ? 'Scripts/mlflow.exe' : 'bin/mlflow');

/** Whether `scripts/python-env.mjs` has made the real server. */
export const hasMlflow = existsSync(join(root, '.venv', 'fsad-packages.json'));

/** A real MLflow server with its database and artefacts in `folder`; stopped and started again it has them still. */
export class MlflowServer {
  readonly uri: string;
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;
  #said = '';

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.uri = `http://127.0.0.1:${port}`;
  }

  static async start(folder: string): Promise<MlflowServer> {
    const server = new MlflowServer(folder, await freePort());
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const options = {
      'backend-store-uri': `sqlite:///${join(this.#folder, 'mlflow.db')}`,
      'artifacts-destination': join(this.#folder, 'artifacts'),
      host: '127.0.0.1',
      port: String(this.#port),
      workers: '1',
    };
    const args = ['server', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])];
    // A group of its own, so that its workers end with it.
    this.#process = spawn(program, args, {
      cwd: this.#folder,
      detached: true,
      env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream
        ?.setEncoding('utf8')
        .on('data', (text: string) => (this.#said = (this.#said + text).slice(-4000)));
    }
    const began = performance.now();
    while (!(await answers(this.uri))) {
      if (this.#process.exitCode !== null || performance.now() - began > 200_000) {
        await this.kill();
        throw new Error(`mlflow did not start:\n${this.#said}`);
      }
      await wait(200);
    }
  }

  /** Ends it at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (!running?.pid || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once('close', resolve));
    process.kill(-running.pid, 'SIGKILL');
    await gone;
  }
}

async function answers(uri: string): Promise<boolean> {
  return fetch(`${uri}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
