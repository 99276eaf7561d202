import { Agent } from 'node:https';
import axios from 'axios';
import type { z } from 'zod';
import type { Connection } from './connection.ts';
import { errorOfAnswer, errorOfSilence, MlflowError, type Answer } from './errors.ts';
import { realSurroundings, waitForRetry, type RetryNotice, type Surroundings } from './retry.ts';

export interface HttpOptions {
  readonly surroundings?: Surroundings;
  /** Called before each retry. */
  readonly onRetry?: (notice: RetryNotice) => void;
  /** Aborting ends waits and requests; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** After the server's address, e.g. `/api/2.0/mlflow/runs/create`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  readonly bytes?: Buffer;
  /** False for what must not be sent twice without looking. Default true. */
  readonly retry?: boolean;
}

const largestAnswerBytes = 256 * 1024 * 1024;

/** Sends requests to one server, again where that helps. */
export class Http {
  readonly connection: Connection;
  readonly surroundings: Surroundings;
  readonly #options: HttpOptions;
  readonly #agent: Agent | undefined;

  constructor(connection: Connection, options: HttpOptions = {}) {
    this.connection = connection;
    this.surroundings = options.surroundings ?? realSurroundings;
    this.#options = options;
    const { insecureTls, certificates } = connection;
    if (insecureTls || certificates) {
      this.#agent = new Agent({ rejectUnauthorized: !insecureTls, ca: certificates, keepAlive: true });
    }
  }

  /** Waits before try `n + 1` of something, or throws `error` where that would not help. */
  async pause(error: unknown, n: number): Promise<void> {
    const { onRetry, signal } = this.#options;
    await waitForRetry(error, n, this.connection.retry, this.surroundings, onRetry, signal);
  }

  /** The parsed answer, checked. @throws MlflowError also for an answer of another shape */
  async json<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): Promise<z.output<Schema>> {
    const text = (await this.bytes(request)).toString('utf8');
    const refuse = (why: string, cause: unknown): never => {
      throw new MlflowError(
        `${this.connection.uri} answered ${describe(request)} with ${why} ` +
          `(${JSON.stringify(text.slice(0, 60))}); is this the address of an MLflow server?`,
        { status: 200, cause },
      );
    };
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch (cause) {
      return refuse('something that is not JSON', cause);
    }
    const checked = schema.safeParse(answer);
    if (checked.success) return checked.data;
    const [{ path, message }] = checked.error.issues;
    return refuse(`what MLflow does not say: ${path.join('.') || 'the answer'}: ${message}`, checked.error);
  }

  /** The answer's body. @throws MlflowError */
  async bytes(request: HttpRequest): Promise<Buffer> {
    for (let n = 1; ; n++) {
      try {
        return await this.#once(request);
      } catch (error) {
        if (request.retry === false) throw error;
        await this.pause(error, n);
      }
    }
  }

  async #once(request: HttpRequest): Promise<Buffer> {
    const { uri, authorization, retry } = this.connection;
    const { signal } = this.#options;
    const what = describe(request);
    const ender = new AbortController();
    const timer = setTimeout(
      () => ender.abort(new DOMException('no answer in time', 'TimeoutError')),
      retry.timeoutMs,
    );
    const stop = (): void => ender.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop);
    let answer: Answer & { bytes: Buffer };
    try {
      const response = await axios.request<Buffer>({
        url: `${uri}${request.path}`,
        method: request.method,
        params: request.query,
        data: request.bytes ?? (request.json === undefined ? undefined : JSON.stringify(request.json)),
        headers: {
          Accept: 'application/json, */*',
          ...(request.json === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(request.bytes === undefined ? {} : { 'Content-Type': 'application/octet-stream' }),
          ...(authorization ? { Authorization: authorization } : {}),
        },
        responseType: 'arraybuffer',
        signal: ender.signal,
        maxRedirects: 0,
        maxBodyLength: Infinity,
        maxContentLength: largestAnswerBytes,
        validateStatus: () => true,
        httpsAgent: this.#agent,
      });
      const headers = response.headers as Record<string, string | undefined>;
      answer = { status: response.status, headers, body: '', bytes: Buffer.from(response.data) };
    } catch (cause) {
      signal?.throwIfAborted();
      throw errorOfSilence(uri, what, ender.signal.aborted ? ender.signal.reason : cause, retry.timeoutMs);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
    if (answer.status >= 200 && answer.status < 300) return answer.bytes;
    const body = answer.bytes.toString('utf8', 0, 10_000);
    throw errorOfAnswer(uri, what, { ...answer, body }, this.surroundings.now());
  }
}

const describe = ({ method, path }: HttpRequest): string =>
  `${method} ${path.replace('/api/2.0/mlflow/', '')}`;
