import { tensor, type Tensor } from '@fsad/tensors';
import { checkOutputGradients, requireMode, takeAdam, takeGeneratorInput, takeTensor } from '../check.ts';
import type { AdamSettings, GeneratorNetwork, NetworkMode, NetworkSpec, NetworkState } from '../engine.ts';
import { BLOCKS, sideAfter } from '../layout.ts';
import type { FeatureMap } from './layers.ts';
import { ReferenceNetwork, type Pass } from './network.ts';

/** The generator of the reference engine. */
export class ReferenceGenerator implements GeneratorNetwork {
  readonly spec: NetworkSpec;
  readonly #network: ReferenceNetwork;
  #recorded: { pass: Pass; output: FeatureMap; shape: number[] }[] = [];

  constructor(spec: NetworkSpec, state: NetworkState) {
    this.spec = spec;
    this.#network = new ReferenceNetwork(spec, state);
  }

  async forward(input: Tensor, mode: NetworkMode | 'recorded'): Promise<Tensor> {
    requireMode(mode, ['frozen', 'trained', 'recorded']);
    const taken = takeGeneratorInput(this.spec, input);
    const [count, height, width, channels] = taken.shape;
    const map = { count, height, width, channels, data: Float64Array.from(taken.data) };
    const coverages = Array.from({ length: BLOCKS - 1 }, (_, block) => {
      const positions = sideAfter(this.spec, height, block + 1) * sideAfter(this.spec, width, block + 1);
      return [new Float64Array(positions).fill(1)];
    });
    const pass = this.#network.forward([map], coverages, mode === 'frozen' ? 'frozen' : 'trained');
    const [last] = pass.outputs;
    const output = { ...last, data: last.data.map(Math.tanh) };
    const shape = [last.count, last.height, last.width, last.channels];
    if (mode === 'recorded') this.#recorded.push({ pass, output, shape });
    return tensor(shape, Float32Array.from(output.data));
  }

  async step(outputGradients: readonly Tensor[], adam: AdamSettings): Promise<void> {
    const settings = takeAdam(adam);
    const taken = outputGradients.map((gradient, i) => takeTensor(`gradient ${i}`, gradient));
    checkOutputGradients(taken, this.#recorded);
    const gradients = this.#network.zeroGradients();
    this.#recorded.forEach(({ pass, output }, index) => {
      const { data } = taken[index];
      const beforeTanh = { ...output, data: output.data.map((value, i) => data[i] * (1 - value * value)) };
      this.#network.backward(pass, [beforeTanh], gradients, false);
    });
    this.#recorded = [];
    this.#network.applyAdam(gradients, settings);
  }

  async exportState(): Promise<NetworkState> {
    return this.#network.exportState();
  }

  /** Replaces everything learned and forgets the recorded forwards. */
  async importState(state: NetworkState): Promise<void> {
    this.#network.importState(state);
    this.#recorded = [];
  }

  dispose(): void {
    this.#recorded = [];
  }
}
