import { sizeOf, tensor, type Tensor } from '@fsad/tensors';
import { checkState } from '../check.ts';
import type { AdamSettings, NetworkSpec, NetworkState } from '../engine.ts';
import { runningShapes, trainableShapes } from '../layout.ts';
import { Call } from './host.ts';
import { outOfMemory, type Exchange, type KernelSession } from './session.ts';

/** A network inside the kernels, and its Adam step count. */
export class KernelNetwork {
  readonly spec: NetworkSpec;
  readonly session: KernelSession;
  readonly pointer: number;
  readonly #statePointer: number;
  readonly #trainable: Map<string, number[]>;
  readonly #running: Map<string, number[]>;
  #step = 0;
  #disposed = false;

  private constructor(spec: NetworkSpec, session: KernelSession, pointer: number, statePointer: number) {
    this.spec = spec;
    this.session = session;
    this.pointer = pointer;
    this.#statePointer = statePointer;
    this.#trainable = trainableShapes(spec);
    this.#running = runningShapes(spec);
  }

  static async create(
    session: KernelSession,
    spec: NetworkSpec,
    state: NetworkState,
  ): Promise<KernelNetwork> {
    const flat = flatten(spec, state);
    return session.enqueue(async () => {
      const same = spec.padding === 'same' ? 1 : 0;
      const { host } = session;
      const pointer = await host.run(Call.create, spec.inputChannels, spec.width, spec.outputChannels, same);
      if (pointer === 0) throw outOfMemory();
      const network = new KernelNetwork(spec, session, pointer, await host.run(Call.state, pointer));
      await network.#write(flat);
      return network;
    });
  }

  /** `KernelSession.exchange` for a network that is still there. */
  exchange(exchange: Exchange): Promise<void> {
    if (this.#disposed) return Promise.reject(new Error('this network was disposed'));
    return this.session.exchange(exchange);
  }

  #enqueue<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#disposed) return Promise.reject(new Error('this network was disposed'));
    return this.session.enqueue(operation);
  }

  /** Adam's settings as the kernels take them, for the step that comes next; `stepped` counts it once it succeeded. */
  adam({ learningRate, beta1, beta2, epsilon }: AdamSettings): Float64Array {
    const step = this.#step + 1;
    return Float64Array.of(learningRate, beta1, beta2, epsilon, 1 - beta1 ** step, 1 - beta2 ** step);
  }

  stepped(): void {
    this.#step++;
  }

  /** Replaces everything learned; `after` runs once that is done. */
  async importState(state: NetworkState, after?: () => void): Promise<void> {
    const flat = flatten(this.spec, state);
    await this.#enqueue(async () => {
      await this.#write(flat);
      after?.();
    });
  }

  async #write({ values, step }: FlatState): Promise<void> {
    this.session.host.write(this.#statePointer, values);
    await this.session.host.run(Call.changed, this.pointer);
    this.#step = step;
  }

  async exportState(): Promise<NetworkState> {
    const shapes = [...this.#trainable, ...this.#trainable, ...this.#trainable, ...this.#running];
    const all = new Float32Array(shapes.reduce((sum, [, shape]) => sum + sizeOf(shape), 0));
    const step = await this.#enqueue(async () => {
      this.session.host.read(this.#statePointer, all);
      return this.#step;
    });
    let offset = 0;
    const take = (shape: readonly number[]): Tensor => {
      const data = all.subarray(offset, offset + sizeOf(shape));
      offset += data.length;
      return tensor(shape, data);
    };
    const state = new Map<string, Tensor>();
    const moments = new Map<string, Tensor>();
    for (const [name, shape] of this.#trainable) state.set(name, take(shape));
    for (const moment of ['m', 'v']) {
      for (const [name, shape] of this.#trainable) moments.set(`adam.${moment}.${name}`, take(shape));
    }
    for (const [name, shape] of this.#running) state.set(name, take(shape));
    if (step === 0) return state;
    return new Map([...state, ...moments, ['adam.step', tensor([1], Float32Array.of(step))]]);
  }

  dispose(): void {
    if (this.#disposed) return;
    void this.session.enqueue(() => this.session.host.run(Call.destroy, this.pointer)).catch(() => undefined);
    this.#disposed = true;
  }
}

interface FlatState {
  /** Trainable tensors, their first and their second moments, running statistics, as the kernels hold them. */
  readonly values: Float32Array;
  readonly step: number;
}

/** A copy of a state in one piece. @throws Error naming a missing, additional or misshapen tensor. */
function flatten(spec: NetworkSpec, state: NetworkState): FlatState {
  const resumed = checkState(spec, state);
  const trainable = trainableShapes(spec);
  const parts: [name: string, shape: readonly number[]][] = [
    ...trainable,
    ...['m', 'v'].flatMap((moment) =>
      [...trainable].map(([name, shape]): [string, number[]] => [`adam.${moment}.${name}`, shape]),
    ),
    ...runningShapes(spec),
  ];
  const values = new Float32Array(parts.reduce((sum, [, shape]) => sum + sizeOf(shape), 0));
  let offset = 0;
  for (const [name, shape] of parts) {
    const size = sizeOf(shape);
    const found = state.get(name);
    if (found) values.set(found.data.subarray(0, size), offset);
    offset += size;
  }
  return { values, step: resumed ? state.get('adam.step')!.data[0] : 0 };
}
