import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo } from 'node:net';

/** The server that is to be used: `FSAD_REDIS`, or what the PATH has; null where there is none. */
export function findRedis(): string | null {
  const names = [process.env.FSAD_REDIS, 'redis-server', 'valkey-server'];
  return names.find((name) => name && spawnSync(name, ['--version']).status === 0) ?? null;
}

/** A real Redis of one's own on a free port, its append-only file in a folder of one's own. */
export class RedisServer {
  readonly address: string;
  readonly #program: string;
  readonly #port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(program: string, port: number, folder: string) {
    this.#program = program;
    this.#port = port;
    this.#folder = folder;
    this.address = `redis://127.0.0.1:${port}`;
  }

  static async start(folder: string): Promise<RedisServer> {
    const program = findRedis();
    if (!program) throw new Error('no redis-server found; sh scripts/redis-env.sh installs one');
    const server = new RedisServer(program, await freePort(), folder);
    await server.start();
    return server;
  }

  /** Starts it, with all that its append-only file holds. */
  async start(): Promise<void> {
    const where = ['--bind', '127.0.0.1', '--port', `${this.#port}`, '--dir', this.#folder];
    this.#process = spawn(this.#program, [...where, '--appendonly', 'yes', '--save', ''], {
      stdio: 'ignore',
    });
    for (let tries = 0; !(await this.#answers()); tries++) {
      if (tries === 200) throw new Error(`${this.#program} does not answer on port ${this.#port}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((resolve) => server.once('close', resolve));
    server.kill('SIGKILL');
    await gone;
  }

  /** Whether it has read its file and takes commands. */
  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', (data) => (socket.destroy(), resolve(data.toString().startsWith('+PONG'))));
      socket.once('error', () => resolve(false));
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
