import { checkExcludedLabel, requireMode, takeAdam, takeBatch } from '../check.ts';
import type {
  AdamSettings,
  Batch,
  DiscriminatorNetwork,
  NetworkMode,
  NetworkSpec,
  NetworkState,
} from '../engine.ts';
import { BLOCKS, sideAfter } from '../layout.ts';
import { Call } from './host.ts';
import type { KernelNetwork } from './network.ts';

/** The discriminator of the engines `native` and `wasm`. */
export class KernelDiscriminator implements DiscriminatorNetwork {
  readonly spec: NetworkSpec;
  readonly #network: KernelNetwork;

  constructor(network: KernelNetwork) {
    this.spec = network.spec;
    this.#network = network;
  }

  async step(
    real: Batch,
    fake: Batch | null,
    adam: AdamSettings,
  ): Promise<{ real: number; fake: number | null }> {
    const settings = takeAdam(adam);
    const sent = [real, fake].map((batch) => batch && takeBatch(this.spec, batch));
    const losses = new Float64Array(2);
    const { pointer } = this.#network;
    await this.#network.exchange({
      send: sent.flatMap((batch) => (batch ? [describeBatch(batch), imagesOf(batch)] : [null, null])),
      late: () => this.#network.adam(settings),
      receive: [losses],
      call: (sent, received) => [Call.step, pointer, ...sent, ...received],
      after: () => this.#network.stepped(),
    });
    return { real: losses[0], fake: fake === null ? null : losses[1] };
  }

  async inputGradient(batch: Batch): Promise<{ loss: number; gradients: Float32Array[] }> {
    const taken = takeBatch(this.spec, batch);
    const images = imagesOf(taken);
    const gradients = images.map(({ length }) => new Float32Array(length));
    const loss = new Float64Array(1);
    const { pointer } = this.#network;
    await this.#network.exchange({
      send: [describeBatch(taken), images],
      receive: [gradients, loss],
      call: (sent, received) => [Call.inputGradient, pointer, ...sent, ...received],
    });
    return { loss: loss[0], gradients };
  }

  async score(batch: Batch, excludedLabel: number | null): Promise<Float32Array[]> {
    const taken = takeBatch(this.spec, batch);
    checkExcludedLabel(this.spec, taken, excludedLabel);
    const patches = sideAfter(this.spec, taken.side, BLOCKS) ** 2;
    const sizes = taken.canvases.map(({ windows }) => windows.length * taken.count * patches);
    return this.#forward(taken, sizes, Call.score, excludedLabel ?? -1);
  }

  async logits(batch: Batch, mode: NetworkMode): Promise<Float32Array[]> {
    requireMode(mode, ['trained', 'frozen']);
    const taken = takeBatch(this.spec, batch);
    const after = (side: number): number => sideAfter(this.spec, side, BLOCKS);
    const sizes = taken.canvases.map(
      ({ height, width }) => taken.count * after(height) * after(width) * this.spec.outputChannels,
    );
    return this.#forward(taken, sizes, Call.logits, mode === 'trained' ? 1 : 0);
  }

  exportState(): Promise<NetworkState> {
    return this.#network.exportState();
  }

  importState(state: NetworkState): Promise<void> {
    return this.#network.importState(state);
  }

  dispose(): void {
    this.#network.dispose();
  }

  async #forward(batch: Batch, sizes: number[], call: Call, option: number): Promise<Float32Array[]> {
    const { pointer } = this.#network;
    const results = sizes.map((size) => new Float32Array(size));
    await this.#network.exchange({
      send: [describeBatch(batch), imagesOf(batch)],
      receive: [results],
      call: (sent, received) => [call, pointer, ...sent, option, ...received],
    });
    return results;
  }
}

/** A batch as native/plan.h reads it. */
function describeBatch({ count, side, canvases }: Batch): Int32Array {
  const numbers = [count, side, canvases.length];
  for (const { height, width, windows } of canvases) {
    numbers.push(height, width, windows.length);
    for (const { top, left, label } of windows) numbers.push(top, left, label);
  }
  return Int32Array.from(numbers);
}

function imagesOf({ canvases }: Batch): Float32Array[] {
  return canvases.map(({ images }) => images);
}
