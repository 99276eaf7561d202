import { checkBatch, checkExcludedLabel } from '../check.ts';
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
    checkBatch(this.spec, real);
    if (fake !== null) checkBatch(this.spec, fake);
    const losses = new Float64Array(2);
    const { session, pointer } = this.#network;
    await this.#network.enqueue(async () => {
      const send = [
        describeBatch(real),
        imagesOf(real),
        fake === null ? null : describeBatch(fake),
        fake === null ? null : imagesOf(fake),
        this.#network.adam(adam),
      ];
      await session.exchange(send, [losses], (sent, received) => [Call.step, pointer, ...sent, ...received]);
      this.#network.stepped();
    });
    return { real: losses[0], fake: fake === null ? null : losses[1] };
  }

  async inputGradient(batch: Batch): Promise<{ loss: number; gradients: Float32Array[] }> {
    checkBatch(this.spec, batch);
    const { session, pointer } = this.#network;
    return this.#network.enqueue(async () => {
      const images = imagesOf(batch);
      const gradients = images.map(({ length }) => new Float32Array(length));
      const loss = new Float64Array(1);
      await session.exchange([describeBatch(batch), images], [gradients, loss], (sent, received) => {
        return [Call.inputGradient, pointer, ...sent, ...received];
      });
      return { loss: loss[0], gradients };
    });
  }

  async score(batch: Batch, excludedLabel: number | null): Promise<Float32Array[]> {
    checkBatch(this.spec, batch);
    checkExcludedLabel(this.spec, batch, excludedLabel);
    const patches = sideAfter(this.spec, batch.side, BLOCKS) ** 2;
    const sizes = batch.canvases.map(({ windows }) => windows.length * batch.count * patches);
    return this.#forward(batch, sizes, Call.score, excludedLabel ?? -1);
  }

  async logits(batch: Batch, mode: NetworkMode): Promise<Float32Array[]> {
    checkBatch(this.spec, batch);
    const after = (side: number): number => sideAfter(this.spec, side, BLOCKS);
    const sizes = batch.canvases.map(
      ({ height, width }) => batch.count * after(height) * after(width) * this.spec.outputChannels,
    );
    return this.#forward(batch, sizes, Call.logits, mode === 'trained' ? 1 : 0);
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

  #forward(batch: Batch, sizes: number[], call: Call, option: number): Promise<Float32Array[]> {
    const { session, pointer } = this.#network;
    return this.#network.enqueue(async () => {
      const results = sizes.map((size) => new Float32Array(size));
      await session.exchange([describeBatch(batch), imagesOf(batch)], [results], (sent, received) => {
        return [call, pointer, ...sent, option, ...received];
      });
      return results;
    });
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
