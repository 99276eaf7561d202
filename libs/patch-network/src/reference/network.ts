import { tensor, type Tensor } from '@fsad/tensors';
import { checkState } from '../check.ts';
import type { AdamSettings, NetworkMode, NetworkSpec, NetworkState } from '../engine.ts';
import {
  BLOCKS,
  NORM_EPSILON,
  NORM_MOMENTUM,
  blockChannels,
  runningShapes,
  trainableShapes,
} from '../layout.ts';
import { LEAKY_SLOPE } from '../layout.ts';
import {
  addBiasGradient,
  addFilterGradient,
  convolve,
  convolveInputGradient,
  leaky,
  weightedMoments,
  type FeatureMap,
  type Filter,
} from './layers.ts';

/** What one block keeps for its backward pass. */
interface BlockRecord {
  readonly inputs: readonly FeatureMap[];
  /** (h - mean) / deviation; empty in the last block. */
  readonly normalised: readonly FeatureMap[];
  readonly deviation: Float64Array;
  readonly total: number;
}

/** One forward pass: the maps the last convolution gave, and what its backward pass needs. */
export interface Pass {
  readonly outputs: FeatureMap[];
  readonly blocks: BlockRecord[];
  /** Coverage after each block, [block][map]. */
  readonly coverages: readonly (readonly Float64Array[])[];
}

/**
 * The patch network in double precision: the definition of the engine interface, simple and slow. What it has learned is kept
 * in single precision, so that an exported state resumes with the same bits.
 */
export class ReferenceNetwork {
  readonly spec: NetworkSpec;
  #state = new Map<string, Float32Array>();
  #step = 0;

  constructor(spec: NetworkSpec, state: NetworkState) {
    this.spec = spec;
    this.importState(state);
  }

  importState(state: NetworkState): void {
    const resumed = checkState(this.spec, state);
    const copies = new Map<string, Float32Array>();
    for (const [name, shape] of [...trainableShapes(this.spec), ...runningShapes(this.spec)]) {
      copies.set(name, state.get(name)!.data.slice());
      for (const moment of ['adam.m.', 'adam.v.']) {
        if (name.includes('running')) continue;
        copies.set(moment + name, resumed ? state.get(moment + name)!.data.slice() : tensor(shape).data);
      }
    }
    this.#state = copies;
    this.#step = resumed ? state.get('adam.step')!.data[0] : 0;
  }

  exportState(): NetworkState {
    const state = new Map<string, Tensor>();
    const trainable = trainableShapes(this.spec);
    const copy = (name: string, shape: readonly number[]): void => {
      state.set(name, tensor(shape, this.#state.get(name)!.slice()));
    };
    for (const [name, shape] of [...trainable, ...runningShapes(this.spec)]) copy(name, shape);
    if (this.#step > 0) {
      for (const moment of ['adam.m.', 'adam.v.']) {
        for (const [name, shape] of trainable) copy(moment + name, shape);
      }
      state.set('adam.step', tensor([1], Float32Array.of(this.#step)));
    }
    return state;
  }

  /** Forwards `inputs`; mode `trained` moves the running statistics. */
  forward(
    inputs: readonly FeatureMap[],
    coverages: readonly (readonly Float64Array[])[],
    mode: NetworkMode,
  ): Pass {
    const blocks: BlockRecord[] = [];
    let maps = [...inputs];
    for (let block = 0; block < BLOCKS; block++) {
      const convolved = maps.map((map) => convolve(map, this.#filter(block), this.#get(block, 'conv.bias')));
      if (block === BLOCKS - 1) {
        blocks.push({ inputs: maps, normalised: [], deviation: new Float64Array(0), total: 0 });
        maps = convolved;
        continue;
      }
      const { mean, deviation, total } = this.#moments(block, convolved, coverages[block], mode);
      const normalised = convolved.map((map) => ({
        ...map,
        data: map.data.map((value, i) => (value - mean[i % map.channels]) / deviation[i % map.channels]),
      }));
      blocks.push({ inputs: maps, normalised, deviation, total });
      const scale = this.#get(block, 'norm.weight');
      const shift = this.#get(block, 'norm.bias');
      maps = normalised.map((map) => ({
        ...map,
        data: map.data.map((value, i) => leaky(scale[i % map.channels] * value + shift[i % map.channels])),
      }));
    }
    return { outputs: maps, blocks, coverages };
  }

  /**
   * Backward pass of a forward with batch statistics. Adds weight gradients to `into` where given; returns the gradients at the inputs
   * where wanted.
   */
  backward(
    pass: Pass,
    outputGradients: readonly FeatureMap[],
    into: Map<string, Float64Array> | null,
    wantInputs: boolean,
  ): FeatureMap[] {
    let gradients = [...outputGradients];
    for (let block = BLOCKS - 1; block >= 0; block--) {
      const record = pass.blocks[block];
      if (block < BLOCKS - 1)
        gradients = this.#normBackward(block, record, gradients, pass.coverages[block], into);
      const filter = this.#filter(block);
      if (into !== null) {
        record.inputs.forEach((map, i) =>
          addFilterGradient(into.get(`block${block}.conv.weight`)!, map, gradients[i], filter.pad),
        );
        if (block === BLOCKS - 1) {
          gradients.forEach((map) => addBiasGradient(into.get(`block${block}.conv.bias`)!, map));
        }
      }
      if (block === 0 && !wantInputs) return [];
      gradients = record.inputs.map((map, i) => convolveInputGradient(map, gradients[i], filter));
    }
    return gradients;
  }

  /** Empty weight gradients for `backward`. */
  zeroGradients(): Map<string, Float64Array> {
    return new Map(
      [...trainableShapes(this.spec)].map(([name, shape]) => [name, new Float64Array(tensor(shape).data)]),
    );
  }

  /** One Adam step; weights and moments are rounded to single precision. */
  applyAdam(gradients: ReadonlyMap<string, Float64Array>, adam: AdamSettings): void {
    this.#step++;
    const firstCorrection = 1 - adam.beta1 ** this.#step;
    const secondCorrection = 1 - adam.beta2 ** this.#step;
    for (const [name, gradient] of gradients) {
      const weight = this.#state.get(name)!;
      const first = this.#state.get(`adam.m.${name}`)!;
      const second = this.#state.get(`adam.v.${name}`)!;
      for (let i = 0; i < weight.length; i++) {
        const m = adam.beta1 * first[i] + (1 - adam.beta1) * gradient[i];
        const v = adam.beta2 * second[i] + (1 - adam.beta2) * gradient[i] ** 2;
        first[i] = m;
        second[i] = v;
        weight[i] -=
          (adam.learningRate * (m / firstCorrection)) / (Math.sqrt(v / secondCorrection) + adam.epsilon);
      }
    }
  }

  #get(block: number, name: string): Float32Array {
    return this.#state.get(`block${block}.${name}`)!;
  }

  #filter(block: number): Filter {
    const pad = this.spec.padding === 'same' ? 1 : 0;
    return { weight: this.#get(block, 'conv.weight'), ...blockChannels(this.spec, block), pad };
  }

  #moments(
    block: number,
    maps: readonly FeatureMap[],
    coverages: readonly Float64Array[],
    mode: NetworkMode,
  ): { mean: ArrayLike<number>; deviation: Float64Array; total: number } {
    const runningMean = this.#get(block, 'norm.runningMean');
    const runningVariance = this.#get(block, 'norm.runningVariance');
    if (mode === 'frozen') {
      const deviation = Float64Array.from(runningVariance, (value) => Math.sqrt(value + NORM_EPSILON));
      return { mean: runningMean, deviation, total: 0 };
    }
    const { mean, variance, total } = weightedMoments(maps, coverages);
    const unbiased = total / (total - 1);
    for (let c = 0; c < mean.length; c++) {
      runningMean[c] += NORM_MOMENTUM * (mean[c] - runningMean[c]);
      runningVariance[c] += NORM_MOMENTUM * (variance[c] * unbiased - runningVariance[c]);
    }
    return { mean, deviation: variance.map((value) => Math.sqrt(value + NORM_EPSILON)), total };
  }

  /**
   * From the gradient after LeakyReLU to that before batch normalisation: with z the normalised values, m the coverage and N its sum,
   * dh = scale / deviation * (dy - m / N * sum(dy) - m / N * z * sum(dy z)).
   */
  #normBackward(
    block: number,
    record: BlockRecord,
    gradients: readonly FeatureMap[],
    coverages: readonly Float64Array[],
    into: Map<string, Float64Array> | null,
  ): FeatureMap[] {
    const scale = this.#get(block, 'norm.weight');
    const shift = this.#get(block, 'norm.bias');
    const sums = new Float64Array(scale.length);
    const products = new Float64Array(scale.length);
    const atNorm = gradients.map((map, index) => {
      const { data: z } = record.normalised[index];
      const data = map.data.map((value, i) => {
        const c = i % map.channels;
        const before = scale[c] * z[i] + shift[c] > 0 ? value : LEAKY_SLOPE * value;
        sums[c] += before;
        products[c] += before * z[i];
        return before;
      });
      return { ...map, data };
    });
    into?.get(`block${block}.norm.bias`)!.forEach((_, c, all) => (all[c] += sums[c]));
    into?.get(`block${block}.norm.weight`)!.forEach((_, c, all) => (all[c] += products[c]));
    return atNorm.map((map, index) => {
      const { data: z } = record.normalised[index];
      const coverage = coverages[index];
      const data = map.data.map((value, i) => {
        const c = i % map.channels;
        const weight = coverage[Math.trunc(i / map.channels) % coverage.length] / record.total;
        return (scale[c] / record.deviation[c]) * (value - weight * (sums[c] + z[i] * products[c]));
      });
      return { ...map, data };
    });
  }
}
