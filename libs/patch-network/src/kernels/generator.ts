import { tensor, type Tensor } from '@fsad/tensors';
import { checkGeneratorInput, checkOutputGradients } from '../check.ts';
import type { AdamSettings, GeneratorNetwork, NetworkMode, NetworkSpec, NetworkState } from '../engine.ts';
import { BLOCKS, sideAfter } from '../layout.ts';
import { Call } from './host.ts';
import type { KernelNetwork } from './network.ts';

const MODES = { frozen: 0, trained: 1, recorded: 2 } as const;

/** The generator of the engines `native` and `wasm`. */
export class KernelGenerator implements GeneratorNetwork {
  readonly spec: NetworkSpec;
  readonly #network: KernelNetwork;
  #recorded: { shape: number[] }[] = [];

  constructor(network: KernelNetwork) {
    this.spec = network.spec;
    this.#network = network;
  }

  async forward(input: Tensor, mode: NetworkMode | 'recorded'): Promise<Tensor> {
    checkGeneratorInput(this.spec, input);
    const [count, height, width] = input.shape;
    const after = (side: number): number => sideAfter(this.spec, side, BLOCKS);
    const output = tensor([count, after(height), after(width), this.spec.outputChannels]);
    const { session, pointer } = this.#network;
    await this.#network.enqueue(async () => {
      await session.exchange([input.data], [output.data], ([sent], [received]) => {
        return [Call.generate, pointer, count, height, width, sent, MODES[mode], received];
      });
      if (mode === 'recorded') this.#recorded.push({ shape: [...output.shape] });
    });
    return output;
  }

  async step(outputGradients: readonly Tensor[], adam: AdamSettings): Promise<void> {
    const { session, pointer } = this.#network;
    await this.#network.enqueue(async () => {
      checkOutputGradients(outputGradients, this.#recorded);
      const gradients = outputGradients.map(({ data }) => data);
      await session.exchange([gradients, this.#network.adam(adam)], [], (sent) => {
        return [Call.generatorStep, pointer, ...sent];
      });
      this.#network.stepped();
      this.#recorded = [];
    });
  }

  exportState(): Promise<NetworkState> {
    return this.#network.exportState();
  }

  /** Replaces everything learned and forgets the recorded forwards. */
  async importState(state: NetworkState): Promise<void> {
    await this.#network.importState(state);
    this.#recorded = [];
  }

  dispose(): void {
    this.#network.dispose();
  }
}
