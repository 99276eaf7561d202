import { Call, type KernelHost } from './host.ts';

/** Room for one value of a call, 64-byte aligned in the kernels' memory. */
type Values = Float32Array | Float64Array | Int32Array;

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
   * One call inside an operation. `send` arrays are copied in and `receive` arrays are copied out; `call` gets their pointers, 0 for null.
   * @throws Error when the kernels' memory ran out.
   */
  async exchange(
    send: readonly (Values | null)[],
    receive: readonly (Float32Array | Float64Array)[],
    call: (sent: number[], received: number[]) => [Call, ...number[]],
  ): Promise<void> {
    const room = (values: Values | null): number =>
      values === null ? 0 : Math.ceil(values.byteLength / 64) * 64;
    const bytes = [...send, ...receive].reduce((sum, values) => sum + room(values), 0);
    await this.#reserve(bytes);
    let next = this.#staging.pointer;
    const place = (values: Values | null): number => {
      if (values === null) return 0;
      const pointer = next;
      next += room(values);
      return pointer;
    };
    const sent = send.map((values) => {
      const pointer = place(values);
      if (values !== null) this.host.write(pointer, values);
      return pointer;
    });
    const received = receive.map(place);
    if ((await this.host.run(...call(sent, received))) !== 0) throw outOfMemory();
    receive.forEach((values, i) => this.host.read(received[i], values));
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

/** What every call throws when the kernels find no memory. */
export function outOfMemory(): Error {
  return new Error(
    'the engine ran out of memory: use fewer images at a time, smaller ones or a narrower network',
  );
}
