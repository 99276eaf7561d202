import { Call, type KernelHost } from './host.ts';

type Values = Float32Array | Float64Array | Int32Array;
type Received = Float32Array | Float64Array;
/** One argument of a call, 64-byte aligned in the kernels' memory: an array, or several one right after the other. */
type Argument<V> = V | readonly V[];

/** One call of the kernels. */
export interface Exchange {
  /** Copied in before `exchange` returns, array by array; null sends nothing and has pointer 0. */
  readonly send: readonly (Argument<Values> | null)[];
  /** Up to eight numbers that depend on the calls before: made when their turn has come, sent last. */
  readonly late?: () => Float64Array;
  /** Copied out once the call is done; arrays that nobody else holds until then. */
  readonly receive: readonly Argument<Received>[];
  /** The call's number and its arguments. */
  readonly call: (sent: number[], received: number[]) => [Call, ...number[]];
  /** Runs first when the turn has come; what it throws is what comes of the call. */
  readonly before?: () => void;
  /** Runs last, once the call succeeded. */
  readonly after?: () => void;
}

const LATE_BYTES = 64;

/**
 * Runs whole operations on a host one after another: what they send and receive goes through one piece of the kernels' memory that
 * grows as needed.
 */
export class KernelSession {
  readonly host: KernelHost;
  #last: Promise<unknown> = Promise.resolve();
  /** Operations that have not ended. */
  #pending = 0;
  #staging = { pointer: 0, bytes: 0 };
  #closed = false;

  constructor(host: KernelHost) {
    this.host = host;
  }

  /** Runs `operation` once all earlier ones are done. */
  enqueue<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('this engine was disposed'));
    this.#pending++;
    const result = this.#last.then(operation).finally(() => this.#pending--);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /**
   * One call, once all earlier ones are done. What it sends is taken before this returns: straight into the kernels' memory where nothing is under way, else as a copy
   * that waits. So the caller may change its arrays at once, and what was checked beforehand, without letting anybody else run in between, stays true.
   * @throws Error when the kernels' memory ran out.
   */
  exchange({ send, late, receive, call, before, after }: Exchange): Promise<void> {
    const sizes = [...send, ...receive].map((argument) => room(arraysOf(argument)));
    const offsets = [LATE_BYTES];
    for (const size of sizes) offsets.push(offsets[offsets.length - 1] + size);
    const bytes = offsets[sizes.length];
    const direct = this.#pending === 0 && !this.#closed && bytes <= this.#staging.bytes;
    const taken = direct
      ? send
      : send.map((argument) => argument && arraysOf(argument).map((values) => values.slice()));
    const write = (): void => {
      for (const [i, argument] of taken.entries()) {
        eachPlaced(arraysOf(argument), this.#staging.pointer + offsets[i], (values, at) =>
          this.host.write(at, values),
        );
      }
    };
    if (direct) write();
    return this.enqueue(async () => {
      before?.();
      if (!direct) {
        await this.#reserve(bytes);
        write();
      }
      const { pointer } = this.#staging;
      if (late) this.host.write(pointer, late());
      const sent = send.map((argument, i) => (argument === null ? 0 : pointer + offsets[i]));
      const received = receive.map((_, i) => pointer + offsets[send.length + i]);
      if (late) sent.push(pointer);
      if ((await this.host.run(...call(sent, received))) !== 0) throw outOfMemory();
      for (const [i, argument] of receive.entries()) {
        eachPlaced(arraysOf(argument), received[i], (values, at) => this.host.read(at, values));
      }
      after?.();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const done = this.enqueue(async () => {
      if (this.#staging.bytes > 0) await this.host.run(Call.free, this.#staging.pointer, this.#staging.bytes);
      await this.host.close();
    });
    this.#closed = true;
    await done;
  }

  async #reserve(bytes: number): Promise<void> {
    if (bytes <= this.#staging.bytes) return;
    if (this.#staging.bytes > 0) await this.host.run(Call.free, this.#staging.pointer, this.#staging.bytes);
    this.#staging = { pointer: 0, bytes: 0 };
    const pointer = await this.host.run(Call.allocate, bytes);
    if (pointer === 0) throw outOfMemory();
    this.#staging = { pointer, bytes };
  }
}

function arraysOf<V extends Values>(argument: Argument<V> | null): readonly V[] {
  if (argument === null) return [];
  return ArrayBuffer.isView(argument) ? [argument] : argument;
}

function room(arrays: readonly Values[]): number {
  return Math.ceil(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0) / 64) * 64;
}

function eachPlaced<V extends Values>(
  arrays: readonly V[],
  pointer: number,
  act: (values: V, at: number) => void,
): void {
  let at = pointer;
  for (const values of arrays) {
    act(values, at);
    at += values.byteLength;
  }
}

/** What every call throws when the kernels find no memory. */
export function outOfMemory(): Error {
  return new Error(
    'the engine ran out of memory: use fewer images at a time, smaller ones or a narrower network',
  );
}
