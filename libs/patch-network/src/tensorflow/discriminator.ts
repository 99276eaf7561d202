import * as tf from '@tensorflow/tfjs-core';
import { checkExcludedLabel, copyBatch, copyState, requireMode, takeAdam } from '../check.ts';
import type {
  AdamSettings,
  Batch,
  DiscriminatorNetwork,
  NetworkMode,
  NetworkSpec,
  NetworkState,
} from '../engine.ts';
import { feedOf, groupCanvases, patchCrossEntropy, patchesOf, windowScores, type Group } from './batch.ts';
import { TensorflowNetwork, type Gradients, type Pass } from './network.ts';
import { useTensorflow } from './operations.ts';

/** The discriminator of the TensorFlow engines. */
export class TensorflowDiscriminator implements DiscriminatorNetwork {
  readonly spec: NetworkSpec;
  readonly #network: TensorflowNetwork;

  constructor(spec: NetworkSpec, state: NetworkState) {
    this.spec = spec;
    this.#network = new TensorflowNetwork(spec, state);
  }

  async step(
    real: Batch,
    fake: Batch | null,
    adam: AdamSettings,
  ): Promise<{ real: number; fake: number | null }> {
    const settings = takeAdam(adam);
    const own = { real: copyBatch(this.spec, real), fake: fake && copyBatch(this.spec, fake) };
    await useTensorflow();
    const losses = { real: 0, fake: own.fake && 0 };
    tf.tidy(() => {
      const ofReal = this.#backpropagate(own.real, 'weights');
      const ofFake = own.fake && this.#backpropagate(own.fake, 'weights');
      this.#network.applyAdam(sum(ofReal.weights, ofFake?.weights), settings);
      losses.real = ofReal.loss;
      losses.fake = ofFake?.loss ?? null;
    });
    return losses;
  }

  async inputGradient(batch: Batch): Promise<{ loss: number; gradients: Float32Array[] }> {
    const own = copyBatch(this.spec, batch);
    await useTensorflow();
    return tf.tidy(() => {
      const { loss, inputs } = this.#backpropagate(own, 'inputs');
      return { loss, gradients: apart(groupCanvases(this.spec, own), inputs) };
    });
  }

  async score(batch: Batch, excludedLabel: number | null): Promise<Float32Array[]> {
    const own = copyBatch(this.spec, batch);
    checkExcludedLabel(this.spec, own, excludedLabel);
    await useTensorflow();
    return tf.tidy(() => {
      const groups = groupCanvases(this.spec, own);
      const { outputs } = this.#forward(own, groups, 'frozen');
      const scores: Float32Array[] = [];
      groups.forEach((group, i) =>
        windowScores(this.spec, own, group, outputs[i], excludedLabel).forEach((values, j) => {
          scores[group.places[j]] = values;
        }),
      );
      return scores;
    });
  }

  async logits(batch: Batch, mode: NetworkMode): Promise<Float32Array[]> {
    requireMode(mode, ['trained', 'frozen']);
    const own = copyBatch(this.spec, batch);
    await useTensorflow();
    return tf.tidy(() => {
      const groups = groupCanvases(this.spec, own);
      return apart(groups, this.#forward(own, groups, mode).outputs);
    });
  }

  async exportState(): Promise<NetworkState> {
    await useTensorflow();
    return this.#network.exportState();
  }

  async importState(state: NetworkState): Promise<void> {
    const own = copyState(this.spec, state);
    await useTensorflow();
    this.#network.importState(own);
  }

  dispose(): void {
    this.#network.dispose();
  }

  #forward(batch: Batch, groups: readonly Group[], mode: NetworkMode): Pass {
    return this.#network.forward(feedOf(this.spec, batch, groups, mode === 'trained'), mode);
  }

  #backpropagate(
    batch: Batch,
    wanted: 'weights' | 'inputs',
  ): { loss: number; weights: Gradients; inputs: tf.Tensor4D[] } {
    return tf.tidy(() => {
      const groups = groupCanvases(this.spec, batch);
      const pass = this.#forward(batch, groups, 'trained');
      const { loss, gradients } = patchCrossEntropy(this.spec, batch, groups, pass.outputs);
      const patches = patchesOf(this.spec, batch);
      return { loss: loss / patches, ...this.#network.backward(pass, gradients, wanted, 1 / patches) };
    });
  }
}

/** One array a canvas, in the batch's order. */
function apart(groups: readonly Group[], maps: readonly tf.Tensor4D[]): Float32Array[] {
  const arrays: Float32Array[] = [];
  groups.forEach(({ places }, i) => {
    const data = maps[i].dataSync() as Float32Array;
    const size = data.length / places.length;
    places.forEach((place, j) => (arrays[place] = data.slice(j * size, (j + 1) * size)));
  });
  return arrays;
}

function sum(a: Gradients, b: Gradients | undefined): Gradients {
  if (b === undefined) return a;
  return Object.fromEntries(Object.entries(a).map(([name, gradient]) => [name, tf.add(gradient, b[name])]));
}
