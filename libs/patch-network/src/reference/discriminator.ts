import { checkExcludedLabel, requireMode, takeAdam, takeBatch } from '../check.ts';
import { coverageAfter } from '../coverage.ts';
import type {
  AdamSettings,
  Batch,
  DiscriminatorNetwork,
  NetworkMode,
  NetworkSpec,
  NetworkState,
} from '../engine.ts';
import { BLOCKS, sideAfter } from '../layout.ts';
import type { FeatureMap } from './layers.ts';
import { ReferenceNetwork, type Pass } from './network.ts';

/** The discriminator of the reference engine. */
export class ReferenceDiscriminator implements DiscriminatorNetwork {
  readonly spec: NetworkSpec;
  readonly #network: ReferenceNetwork;

  constructor(spec: NetworkSpec, state: NetworkState) {
    this.spec = spec;
    this.#network = new ReferenceNetwork(spec, state);
  }

  async step(
    real: Batch,
    fake: Batch | null,
    adam: AdamSettings,
  ): Promise<{ real: number; fake: number | null }> {
    const settings = takeAdam(adam);
    const taken = { real: takeBatch(this.spec, real), fake: fake && takeBatch(this.spec, fake) };
    const gradients = this.#network.zeroGradients();
    const backpropagate = (batch: Batch): number => {
      const pass = this.#forward(batch, 'trained');
      const { loss, gradients: atLogits } = patchCrossEntropy(this.spec, batch, pass.outputs);
      this.#network.backward(pass, atLogits, gradients, false);
      return loss;
    };
    const losses = { real: backpropagate(taken.real), fake: taken.fake && backpropagate(taken.fake) };
    this.#network.applyAdam(gradients, settings);
    return losses;
  }

  async inputGradient(batch: Batch): Promise<{ loss: number; gradients: Float32Array[] }> {
    const taken = takeBatch(this.spec, batch);
    const pass = this.#forward(taken, 'trained');
    const { loss, gradients } = patchCrossEntropy(this.spec, taken, pass.outputs);
    const atInputs = this.#network.backward(pass, gradients, null, true);
    return { loss, gradients: atInputs.map(({ data }) => Float32Array.from(data)) };
  }

  async score(batch: Batch, excludedLabel: number | null): Promise<Float32Array[]> {
    const taken = takeBatch(this.spec, batch);
    checkExcludedLabel(this.spec, taken, excludedLabel);
    const { outputs } = this.#forward(taken, 'frozen');
    return taken.canvases.map(({ windows }, index) => {
      const patches = sideAfter(this.spec, taken.side, BLOCKS);
      const scores = new Float32Array(windows.length * taken.count * patches * patches);
      let position = 0;
      for (const { top, left, label } of windows) {
        forEachPatch(outputs[index], top, left, patches, (logits) => {
          scores[position++] = Math.exp(logits[label] - logSumExp(logits, excludedLabel));
        });
      }
      return scores;
    });
  }

  async logits(batch: Batch, mode: NetworkMode): Promise<Float32Array[]> {
    requireMode(mode, ['trained', 'frozen']);
    return this.#forward(takeBatch(this.spec, batch), mode).outputs.map(({ data }) =>
      Float32Array.from(data),
    );
  }

  async exportState(): Promise<NetworkState> {
    return this.#network.exportState();
  }

  async importState(state: NetworkState): Promise<void> {
    this.#network.importState(state);
  }

  dispose(): void {}

  #forward(batch: Batch, mode: NetworkMode): Pass {
    const inputs = batch.canvases.map(({ images, height, width }) => {
      return { count: batch.count, height, width, channels: batch.channels, data: Float64Array.from(images) };
    });
    const coverages = Array.from({ length: BLOCKS - 1 }, (_, block) =>
      batch.canvases.map((canvas) => coverageAfter(this.spec, canvas, batch.side, block + 1)),
    );
    return this.#network.forward(inputs, coverages, mode);
  }
}

/** The mean over windows, images and patches of logsumexp(logits) - logits[label], and its gradient at the logits. */
function patchCrossEntropy(
  spec: NetworkSpec,
  batch: Batch,
  outputs: readonly FeatureMap[],
): { loss: number; gradients: FeatureMap[] } {
  const patches = sideAfter(spec, batch.side, BLOCKS);
  const windows = batch.canvases.reduce((sum, canvas) => sum + canvas.windows.length, 0);
  const total = windows * batch.count * patches * patches;
  let loss = 0;
  const gradients = outputs.map((map, index) => {
    const gradient = { ...map, data: new Float64Array(map.data.length) };
    for (const { top, left, label } of batch.canvases[index].windows) {
      forEachPatch(map, top, left, patches, (logits, offset) => {
        const normaliser = logSumExp(logits, null);
        loss += normaliser - logits[label];
        for (let c = 0; c < logits.length; c++) {
          gradient.data[offset + c] += (Math.exp(logits[c] - normaliser) - (c === label ? 1 : 0)) / total;
        }
      });
    }
    return gradient;
  });
  return { loss: loss / total, gradients };
}

/** Visits the logits of a window's patches, image by image and row by row. */
function forEachPatch(
  map: FeatureMap,
  top: number,
  left: number,
  patches: number,
  visit: (logits: Float64Array, offset: number) => void,
): void {
  for (let n = 0; n < map.count; n++) {
    for (let y = top; y < top + patches; y++) {
      for (let x = left; x < left + patches; x++) {
        const offset = ((n * map.height + y) * map.width + x) * map.channels;
        visit(map.data.subarray(offset, offset + map.channels), offset);
      }
    }
  }
}

function logSumExp(logits: Float64Array, excluded: number | null): number {
  const kept = excluded === null ? logits : logits.filter((_, c) => c !== excluded);
  const largest = kept.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(kept.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
