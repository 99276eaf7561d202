import { tensor, type Tensor } from '@fsad/tensors';
import { checkOutputGradients, requireMode, takeAdam, takeGeneratorInput, takeTensor } from '../check.ts';
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
    requireMode(mode, Object.keys(MODES));
    const taken = takeGeneratorInput(this.spec, input);
    const [count, height, width] = taken.shape;
    const after = (side: number): number => sideAfter(this.spec, side, BLOCKS);
    const shape = [count, after(height), after(width), this.spec.outputChannels];
    const output = tensor(shape);
    const { pointer } = this.#network;
    await this.#network.exchange({
      send: [taken.data],
      receive: [output.data],
      call: ([sent], [received]) => {
        return [Call.generate, pointer, count, height, width, sent, MODES[mode], received];
      },
      after: () => {
        if (mode === 'recorded') this.#recorded.push({ shape });
      },
    });
    return output;
  }

  async step(outputGradients: readonly Tensor[], adam: AdamSettings): Promise<void> {
    const settings = takeAdam(adam);
    const taken = outputGradients.map((gradient, i) => takeTensor(`gradient ${i}`, gradient));
    const { pointer } = this.#network;
    await this.#network.exchange({
      send: [taken.map(({ data }) => data)],
      late: () => this.#network.adam(settings),
      receive: [],
      before: () => checkOutputGradients(taken, this.#recorded),
      call: (sent) => [Call.generatorStep, pointer, ...sent],
      after: () => {
        this.#network.stepped();
        this.#recorded = [];
      },
    });
  }

  exportState(): Promise<NetworkState> {
    return this.#network.exportState();
  }

  /** Replaces everything learned and forgets the recorded forwards. */
  async importState(state: NetworkState): Promise<void> {
    await this.#network.importState(state, () => (this.#recorded = []));
  }

  dispose(): void {
    this.#network.dispose();
  }
}
