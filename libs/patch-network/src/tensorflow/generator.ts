import { tensor, type Tensor } from '@fsad/tensors';
import * as tf from '@tensorflow/tfjs-core';
import {
  checkOutputGradients,
  copyState,
  requireMode,
  takeAdam,
  takeGeneratorInput,
  takeTensor,
} from '../check.ts';
import type { AdamSettings, GeneratorNetwork, NetworkMode, NetworkSpec, NetworkState } from '../engine.ts';
import { TensorflowNetwork, type Gradients, type Pass } from './network.ts';
import { useTensorflow } from './operations.ts';

interface Recorded {
  readonly pass: Pass;
  readonly output: tf.Tensor4D;
  readonly shape: number[];
}

/** The generator of the TensorFlow engines. */
export class TensorflowGenerator implements GeneratorNetwork {
  readonly spec: NetworkSpec;
  readonly #network: TensorflowNetwork;
  #recorded: Recorded[] = [];

  constructor(spec: NetworkSpec, state: NetworkState) {
    this.spec = spec;
    this.#network = new TensorflowNetwork(spec, state);
  }

  async forward(input: Tensor, mode: NetworkMode | 'recorded'): Promise<Tensor> {
    requireMode(mode, ['frozen', 'trained', 'recorded']);
    const { shape: inputShape, data } = takeGeneratorInput(this.spec, input);
    const own = data.slice();
    await useTensorflow();
    const recorded = mode === 'recorded';
    const { output, pass } = tf.tidy(() => {
      const map = tf.tensor4d(own, inputShape as [number, number, number, number]);
      const pass = this.#network.forward(
        { maps: [map], coverages: null },
        mode === 'frozen' ? 'frozen' : 'trained',
      );
      const output = tf.tanh(pass.outputs[0]);
      return (recorded ? { output, pass } : { output }) as unknown as tf.TensorContainer;
    }) as unknown as { output: tf.Tensor4D; pass: Pass };
    const shape = [...output.shape];
    const result = tensor(shape, Float32Array.from(output.dataSync()));
    if (recorded) this.#recorded.push({ pass, output, shape });
    else output.dispose();
    return result;
  }

  async step(outputGradients: readonly Tensor[], adam: AdamSettings): Promise<void> {
    const settings = takeAdam(adam);
    const taken = outputGradients.map((gradient, i) => takeTensor(`gradient ${i}`, gradient));
    const own = taken.map(({ data }) => data.slice());
    await useTensorflow();
    checkOutputGradients(taken, this.#recorded);
    tf.tidy(() => {
      const sums = new Map<string, tf.Tensor[]>();
      this.#recorded.forEach(({ pass, output, shape }, i) => {
        const given = tf.tensor4d(own[i], shape as [number, number, number, number]);
        const beforeTanh = tf.mul(given, tf.sub(1, tf.square(output))) as tf.Tensor4D;
        const { weights } = this.#network.backward(pass, [beforeTanh], 'weights', 1);
        for (const [name, gradient] of Object.entries(weights)) {
          sums.set(name, [...(sums.get(name) ?? []), gradient]);
        }
      });
      const gradients: Gradients = {};
      for (const [name, parts] of sums) gradients[name] = parts.length === 1 ? parts[0] : tf.addN(parts);
      this.#network.applyAdam(gradients, settings);
    });
    this.#forget();
  }

  async exportState(): Promise<NetworkState> {
    await useTensorflow();
    return this.#network.exportState();
  }

  /** Replaces everything learned and forgets the recorded forwards. */
  async importState(state: NetworkState): Promise<void> {
    const own = copyState(this.spec, state);
    await useTensorflow();
    this.#network.importState(own);
    this.#forget();
  }

  dispose(): void {
    this.#forget();
    this.#network.dispose();
  }

  #forget(): void {
    for (const { pass, output } of this.#recorded) tf.dispose([pass as never, output]);
    this.#recorded = [];
  }
}
