import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { AxiosResponse } from 'axios';
import { count } from '../words.ts';

/** The address gives so little that going on would not end. */
export class SlowError extends Error {}

/** Another attempt at this address would end the same way. */
export class FinalError extends Error {}

export interface Progress {
  readonly done: number;
  readonly total: number | null;
}

export interface TransferOptions {
  /** ETag or Last-Modified under which the bytes already there were got. */
  readonly validator?: string;
  /** Size the file must have; null where unknown. */
  readonly bytes: number | null;
  /** More than this cannot be the file, whatever its size. */
  readonly mostBytes: number;
  /** A connection is given up when it brings nothing for so long, or less than `leastBytes` in so long. */
  readonly stallMs: number;
  readonly leastBytes: number;
  readonly signal?: AbortSignal;
  /** Called when the server has answered, before the first byte is written. */
  readonly onStart: (start: { from: number; total: number | null; validator?: string }) => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Appends to `path` what it lacks of the file at `address`, or writes it anew where the server does not continue.
 * @throws FinalError when the address has not got the file; Error when the connection stalls or breaks off.
 */
export async function transfer(address: string, path: string, options: TransferOptions): Promise<void> {
  const held = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const watch = new Watch(options, stop);
  try {
    const response = await request(address, held, options.validator, signal);
    if (response.status === 416) return await onUnsatisfiable(response, path, held);
    const answer = read(response, held);
    if (options.bytes !== null && answer.total !== null && answer.total !== options.bytes) {
      throw new FinalError(
        `the file there has ${count(answer.total)} bytes, ${count(options.bytes)} are expected`,
      );
    }
    const most = options.bytes ?? options.mostBytes;
    if (answer.total !== null && answer.total > most) {
      throw new FinalError(
        `the file there has ${count(answer.total)} bytes, at most ${count(most)} can be it`,
      );
    }
    await options.onStart(answer);
    await append(response.data, path, answer, watch, options);
  } catch (error) {
    throw watch.verdict() ?? error;
  } finally {
    watch.end();
    stop.abort();
  }
}

async function request(
  address: string,
  held: number,
  validator: string | undefined,
  signal: AbortSignal,
): Promise<AxiosResponse<Readable>> {
  const range = held > 0 ? { Range: `bytes=${held}-`, ...(validator ? { 'If-Range': validator } : {}) } : {};
  // Loaded when needed: it takes longer to load than most commands run.
  const { default: axios } = await import('axios');
  return axios.get<Readable>(address, {
    responseType: 'stream',
    decompress: false,
    headers: { 'Accept-Encoding': 'identity', ...range },
    validateStatus: () => true,
    signal,
  });
}

interface Answer {
  /** First byte the body brings. */
  readonly from: number;
  readonly total: number | null;
  readonly validator?: string;
}

/** What the body of an answer is. @throws FinalError when it is not the file; Error when asking again may help. */
function read({ status, statusText, headers }: AxiosResponse<Readable>, held: number): Answer {
  const said = `the server answers ${status} ${statusText}`.trim();
  if (status === 429 || status === 408 || status >= 500) throw new Error(said);
  if (status !== 200 && status !== 206) throw new FinalError(said);
  if (/^text\/html/i.test(String(headers['content-type'] ?? ''))) {
    throw new FinalError('the server answers with a web page instead of the file');
  }
  // A weak ETag does not promise equal bytes.
  const tag = String(headers.etag ?? '');
  const validator =
    (tag && !tag.startsWith('W/') ? tag : undefined) ?? (headers['last-modified'] as string | undefined);
  const length = headers['content-length'] === undefined ? null : Number(headers['content-length']);
  if (status === 200) return { from: 0, total: length, validator };
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(headers['content-range'])) ?? [];
  if (Number(from) !== held)
    throw new FinalError(`the server answers with another range than byte ${held} on`);
  return { from: held, total: total === '*' ? null : Number(total), validator };
}

/** The server has nothing after what is there: it is whole, or belongs to another file and is thrown away. */
async function onUnsatisfiable(
  { headers, data }: AxiosResponse<Readable>,
  path: string,
  held: number,
): Promise<void> {
  data.destroy();
  const total = Number(/^bytes \*\/(\d+)$/.exec(String(headers['content-range']))?.[1] ?? NaN);
  if (total === held) return;
  await (await open(path, 'w')).close();
  throw new Error(`the server has only ${count(total || 0)} bytes, ${count(held)} are here; starting again`);
}

async function append(
  body: Readable,
  path: string,
  answer: Answer,
  watch: Watch,
  options: TransferOptions,
): Promise<void> {
  const { from, total } = answer;
  const size = options.bytes ?? total;
  const most = size ?? options.mostBytes;
  const handle = await open(path, from === 0 ? 'w' : 'a');
  let done = from;
  try {
    options.onProgress({ done, total: size });
    for await (const chunk of body as AsyncIterable<Buffer>) {
      watch.heard(chunk.length);
      done += chunk.length;
      if (done > most) {
        throw new FinalError(
          size === null
            ? `the server sends more than ${count(most)} bytes; it is not the file`
            : `the server sends more than the ${count(most)} bytes of the file`,
        );
      }
      await handle.write(chunk);
      options.onProgress({ done, total: size });
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (size !== null && done < size)
    throw new Error(`the connection broke off after ${count(done)} of ${count(size)} bytes`);
}

/** Aborts when nothing has been heard for a while, or too little. */
class Watch {
  readonly #silence: NodeJS.Timeout;
  readonly #slowness: NodeJS.Timeout;
  #heard = 0;
  #verdict: Error | null = null;

  constructor(options: Pick<TransferOptions, 'stallMs' | 'leastBytes'>, stop: AbortController) {
    const { stallMs, leastBytes } = options;
    const seconds = stallMs / 1000;
    const end = (verdict: Error): void => {
      this.#verdict ??= verdict;
      stop.abort();
    };
    this.#silence = setTimeout(() => end(new Error(`nothing came for ${seconds} s`)), stallMs);
    this.#slowness = setInterval(() => {
      // Silence has a word of its own.
      if (this.#heard > 0 && this.#heard < leastBytes)
        end(new SlowError(`only ${count(this.#heard)} bytes came in ${seconds} s`));
      this.#heard = 0;
    }, stallMs);
  }

  heard(bytes: number): void {
    this.#heard += bytes;
    this.#silence.refresh();
  }

  /** Why it aborted, if it did. */
  verdict(): Error | null {
    return this.#verdict;
  }

  end(): void {
    clearTimeout(this.#silence);
    clearInterval(this.#slowness);
  }
}
