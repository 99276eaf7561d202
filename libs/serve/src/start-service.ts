import { checkLimits } from './limits.ts';
import { buildService, type ServiceOptions } from './service.ts';

export interface StartOptions extends ServiceOptions {
  /** Default 127.0.0.1, which other machines cannot reach. */
  readonly host?: string;
  /** 0, which is the default, takes a free one. */
  readonly port?: number;
  /** Aborting it ends the service: nobody is let in, those inside are answered. */
  readonly signal?: AbortSignal;
}

export interface RunningService {
  /** `http://127.0.0.1:7878`. */
  readonly address: string;
  /** Resolves once the service has ended. */
  readonly ended: Promise<void>;
  /** Ends it, as the signal does. */
  close(): Promise<void>;
}

/**
 * Listens. @throws RangeError for limits that are none; Error where the address cannot be listened at, in words
 */
export async function startService(options: StartOptions): Promise<RunningService> {
  const { host = '127.0.0.1', port = 0, signal, limits } = options;
  checkLimits(limits ?? {});
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`a port is a whole number up to 65535, got ${port}`);
  const service = await buildService(options);
  let address: string;
  try {
    address = await service.listen({ host, port });
  } catch (error) {
    await service.close();
    throw new Error(`${host} port ${port}: ${reasonOf(error as NodeJS.ErrnoException)}`, { cause: error });
  }
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= Promise.resolve(service.close()).then(() => undefined));
  const ended = new Promise<void>((resolve) => service.server.once('close', resolve)).then(() => closed);
  if (signal?.aborted) await close();
  signal?.addEventListener('abort', () => void close(), { once: true });
  return { address, ended, close };
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'another program listens there; choose another port';
  if (code === 'EADDRNOTAVAIL') return 'this machine does not have that address';
  if (code === 'EACCES') return 'not allowed; ports below 1024 are kept for the system';
  if (code === 'ENOTFOUND') return 'no such host';
  return message;
}
