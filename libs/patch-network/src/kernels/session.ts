import { Call, type KernelHost } from './host.ts';

type Values = Float32Array | Float64Array | Int32Array;
type Received = Float32Array | Float64Array;
/** One argument of a call, 64-byte aligned in the kernels' memory: an array, or several one right after the other. */
type Argument<V> = V | readonly V[];

/**
 * Runs whole operations on a host one after another: what they send and receive goes through one piece of the kernels' memory that
 * grows as needed.
 */
export class KernelSession {
  readonly host: KernelHost;
  #last: Promise<unknown> = Promise.resolve();
  #staging = { pointer: 0, bytes: 0 };
  #closed = false;

  constructor(host: KernelHost) {
    this.host = host;
  }

  /** Runs `operation` once all earlier ones are done. */
  enqueue<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('this engine was disposed'));
    const result = this.#last.then(operation);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /**
   * One call inside an operation. `send` is copied in and `receive` is copied out, array by array, without another copy between; `call`
   * gets their pointers, 0 for null.
   * @throws Error when the kernels' memory ran out.
   */
  async exchange(
    send: readonly (Argument<Values> | null)[],
    receive: readonly Argument<Received>[],
    call: (sent: number[], received: number[]) => [Call, ...number[]],
  ): Promise<void> {
    const bytes = [...send, ...receive].reduce((sum, argument) => sum + room(arraysOf(argument)), 0);
    await this.#reserve(bytes);
    let next = this.#staging.pointer;
    const place = (arrays: readonly Values[]): number => {
      const pointer = next;
      next += room(arrays);
      return pointer;
    };
    const sent = send.map((argument) => {
      if (argument === null) return 0;
      const arrays = arraysOf(argument);
      const pointer = place(arrays);
      eachPlaced(arrays, pointer, (values, at) => this.host.write(at, values));
      return pointer;
    });
    const received = receive.map((argument) => place(arraysOf(argument)));
    if ((await this.host.run(...call(sent, received))) !== 0) throw outOfMemory();
    receive.forEach((argument, i) => {
      eachPlaced(arraysOf(argument), received[i], (values, at) => this.host.read(at, values));
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
