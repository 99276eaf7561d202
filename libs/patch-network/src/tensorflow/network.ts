import type { Tensor } from '@fsad/tensors';
import { Adam, createVariables, disposeVariables, readVariables, writeVariables } from '@fsad/tensors/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { checkState } from '../check.ts';
import type { AdamSettings, NetworkMode, NetworkSpec, NetworkState } from '../engine.ts';
import { BLOCKS, NORM_EPSILON, NORM_MOMENTUM, runningShapes, trainableShapes } from '../layout.ts';
import {
  convolve,
  filterGradient,
  inputGradient,
  leaky,
  leakyGradient,
  normGradient,
  normalise,
  normaliseWith,
} from './operations.ts';

/** How often each position of a group of maps is covered: one row [1, positions] a group, and the sum of all. */
export interface Coverage {
  readonly rows: readonly tf.Tensor2D[];
  readonly total: number;
}

/** Maps of several sizes, one tensor a size, and their coverage after each of the four hidden blocks. */
export interface Feed {
  readonly maps: readonly tf.Tensor4D[];
  /** Null where there is one size and every position counts once, which TensorFlow normalises in one operation. */
  readonly coverages: readonly Coverage[] | null;
}

/** What one block keeps for its backward pass. */
interface BlockRecord {
  readonly inputs: readonly tf.Tensor4D[];
  /** Before and after batch normalisation and LeakyReLU; empty in the last block. */
  readonly convolved: readonly tf.Tensor4D[];
  readonly outputs: readonly tf.Tensor4D[];
  /** Of the one-operation normalisation, else empty. */
  readonly saved: readonly tf.Tensor[];
  readonly mean: tf.Tensor | null;
  readonly deviation: tf.Tensor | null;
}

/** A forward pass: the last convolution's outputs, and what its backward pass needs. */
export interface Pass {
  readonly outputs: tf.Tensor4D[];
  readonly blocks: BlockRecord[];
  readonly coverages: readonly Coverage[] | null;
}

/** Gradients by the name of the tensor they belong to. */
export type Gradients = Record<string, tf.Tensor>;

/**
 * The patch network on TensorFlow operations, forward and backward written out. Its convolutions' biases before a batch norm have
 * no effect but on the running mean, so they are added there alone and have gradient zero. Calls belong inside `tf.tidy`.
 */
export class TensorflowNetwork {
  readonly spec: NetworkSpec;
  readonly #trainable: Map<string, tf.Variable>;
  readonly #running: Map<string, tf.Variable>;
  #adam: Adam;

  constructor(spec: NetworkSpec, state: NetworkState) {
    checkState(spec, state);
    this.spec = spec;
    this.#trainable = createVariables(pick(state, trainableShapes(spec).keys()));
    this.#running = createVariables(pick(state, runningShapes(spec).keys()), false);
    this.#adam = this.#resumedAdam(state);
  }

  importState(state: NetworkState): void {
    checkState(this.spec, state);
    writeVariables(this.#trainable, pick(state, this.#trainable.keys()), 'network state');
    writeVariables(this.#running, pick(state, this.#running.keys()), 'network state');
    this.#adam.dispose();
    this.#adam = this.#resumedAdam(state);
  }

  async exportState(): Promise<NetworkState> {
    const state = new Map([
      ...(await readVariables(this.#trainable)),
      ...(await readVariables(this.#running)),
    ]);
    return this.#adam.step === 0 ? state : new Map([...state, ...(await this.#adam.exportState())]);
  }

  dispose(): void {
    disposeVariables(this.#trainable);
    disposeVariables(this.#running);
    this.#adam.dispose();
  }

  /** Forwards a feed; mode `trained` moves the running statistics. */
  forward(feed: Feed, mode: NetworkMode): Pass {
    const blocks: BlockRecord[] = [];
    let inputs = feed.maps;
    for (let block = 0; block < BLOCKS - 1; block++) {
      const convolved = inputs.map((map) => convolve(map, this.#filter(block), this.spec.padding));
      const record = this.#activate(block, inputs, convolved, feed.coverages?.[block] ?? null, mode);
      blocks.push(record);
      inputs = record.outputs;
    }
    const bias = this.#get(BLOCKS - 1, 'conv.bias');
    const outputs = inputs.map((map) => {
      const convolved = convolve(map, this.#filter(BLOCKS - 1), this.spec.padding);
      return tf.add(convolved, bias) as tf.Tensor4D;
    });
    blocks.push({ inputs, convolved: [], outputs, saved: [], mean: null, deviation: null });
    return { outputs, blocks, coverages: feed.coverages };
  }

  /**
   * Backward pass of a forward with batch statistics from gradients at its outputs that were left unscaled: everything that comes out
   * is multiplied by `scale`. Weight gradients where `wanted` is `weights`, else gradients at the maps.
   */
  backward(
    pass: Pass,
    outputGradients: readonly tf.Tensor4D[],
    wanted: 'weights' | 'inputs',
    scale: number,
  ): { weights: Gradients; inputs: tf.Tensor4D[] } {
    const weights: Gradients = {};
    let gradients = [...outputGradients];
    for (let block = BLOCKS - 1; block >= 0; block--) {
      const found = tf.tidy(() => this.#blockBackward(block, pass, gradients, wanted, scale));
      if (block < BLOCKS - 1) tf.dispose(gradients);
      Object.assign(weights, found.weights);
      gradients = found.inputs;
    }
    return { weights, inputs: wanted === 'inputs' ? gradients.map((map) => tf.mul(map, scale)) : [] };
  }

  /** One Adam step; biases before a batch norm have gradient zero. */
  applyAdam(gradients: Gradients, adam: AdamSettings): void {
    tf.tidy(() => {
      const all = new Map<string, tf.Tensor>(Object.entries(gradients));
      for (const [name, variable] of this.#trainable) {
        if (!all.has(name)) all.set(name, tf.zeros(variable.shape));
      }
      this.#adam.apply(all, adam);
    });
  }

  #resumedAdam(state: NetworkState): Adam {
    const adam = new Adam(this.#trainable, { learningRate: 0 });
    if (state.has('adam.step')) adam.importState(state, 'network state');
    return adam;
  }

  #get(block: number, name: string): tf.Variable {
    const key = `block${block}.${name}`;
    return this.#trainable.get(key) ?? this.#running.get(key)!;
  }

  #filter(block: number): tf.Tensor4D {
    return this.#get(block, 'conv.weight') as unknown as tf.Tensor4D;
  }

  /** Batch normalisation and LeakyReLU of one block. */
  #activate(
    block: number,
    inputs: readonly tf.Tensor4D[],
    convolved: readonly tf.Tensor4D[],
    coverage: Coverage | null,
    mode: NetworkMode,
  ): BlockRecord {
    const scale = this.#get(block, 'norm.weight');
    const shift = this.#get(block, 'norm.bias');
    if (mode === 'frozen') {
      const variance = this.#get(block, 'norm.runningVariance');
      const outputs = tf.tidy(() => {
        const mean = tf.sub(this.#get(block, 'norm.runningMean'), this.#get(block, 'conv.bias'));
        return convolved.map((map) => leaky(normaliseWith(map, mean, variance, scale, shift)));
      });
      tf.dispose([...convolved]);
      return { inputs, convolved: [], outputs, saved: [], mean: null, deviation: null };
    }
    if (coverage === null) {
      const { y, mean, unbiasedVariance, saved } = normalise(convolved[0], scale, shift);
      this.#moveRunning(block, mean, unbiasedVariance);
      const outputs = [leaky(y)];
      y.dispose();
      return { inputs, convolved, outputs, saved, mean: null, deviation: null };
    }
    const { mean, variance } = weightedMoments(convolved, coverage);
    this.#moveRunning(block, mean, tf.mul(variance, coverage.total / (coverage.total - 1)));
    const outputs = tf.tidy(() =>
      convolved.map((map) => leaky(normaliseWith(map, mean, variance, scale, shift))),
    );
    const deviation = tf.sqrt(tf.add(variance, NORM_EPSILON));
    return { inputs, convolved, outputs, saved: [], mean, deviation };
  }

  #moveRunning(block: number, mean: tf.Tensor, unbiasedVariance: tf.Tensor): void {
    tf.tidy(() => {
      const move = (name: string, value: tf.Tensor): void => {
        const running = this.#get(block, name);
        running.assign(tf.add(running, tf.mul(tf.sub(value, running), NORM_MOMENTUM)));
      };
      move('norm.runningMean', tf.add(mean, this.#get(block, 'conv.bias')));
      move('norm.runningVariance', unbiasedVariance);
    });
  }

  #blockBackward(
    block: number,
    pass: Pass,
    gradients: readonly tf.Tensor4D[],
    wanted: 'weights' | 'inputs',
    scale: number,
  ): { weights: Gradients; inputs: tf.Tensor4D[] } {
    const record = pass.blocks[block];
    const weights: Gradients = {};
    const keep = (name: string, gradient: tf.Tensor): void => {
      if (wanted === 'weights') weights[`block${block}.${name}`] = tf.mul(gradient, scale);
    };
    let atConvolved = gradients;
    if (block < BLOCKS - 1) {
      const activated = this.#activationBackward(block, record, gradients, pass.coverages?.[block] ?? null);
      keep('norm.weight', activated.scale);
      keep('norm.bias', activated.shift);
      atConvolved = activated.maps;
    } else {
      keep('conv.bias', addUp(gradients.map((map) => sumOver(flat(map)))));
    }
    if (wanted === 'weights') {
      const padding = this.spec.padding;
      keep('conv.weight', addUp(record.inputs.map((map, i) => filterGradient(map, atConvolved[i], padding))));
    }
    if (block === 0 && wanted === 'weights') return { weights, inputs: [] };
    const inputs = record.inputs.map((map, i) =>
      inputGradient(map.shape, atConvolved[i], this.#filter(block), this.spec.padding),
    );
    return { weights, inputs };
  }

  /**
   * From the gradient after LeakyReLU to that before batch normalisation. Weighted: with z the normalised values, m the coverage
   * and N its sum, dh = scale / deviation * (dy - m / N * sum(dy) - m / N * z * sum(dy z)).
   */
  #activationBackward(
    block: number,
    record: BlockRecord,
    gradients: readonly tf.Tensor4D[],
    coverage: Coverage | null,
  ): { maps: tf.Tensor4D[]; scale: tf.Tensor; shift: tf.Tensor } {
    const scale = this.#get(block, 'norm.weight');
    const atNorm = gradients.map((map, i) => leakyGradient(map, record.outputs[i]));
    if (coverage === null) {
      const { x, ...rest } = normGradient(atNorm[0], record.convolved[0], scale, record.saved);
      return { maps: [x], ...rest };
    }
    const mean = record.mean!;
    const deviation = record.deviation!;
    const sums = addUp(atNorm.map((map) => sumOver(flat(map))));
    const products = tf.div(
      addUp(
        atNorm.map((map, i) => sumOver(flat(tf.mul(map, tf.sub(record.convolved[i], mean)) as tf.Tensor4D))),
      ),
      deviation,
    );
    const factor = tf.div(scale, deviation);
    const slope = tf.div(tf.mul(factor, products), tf.mul(deviation, coverage.total));
    const offset = tf.sub(tf.mul(factor, tf.div(sums, coverage.total)), tf.mul(slope, mean));
    const maps = atNorm.map((map, i) =>
      tf.tidy(() => {
        const positions = tf.reshape(coverage.rows[i], [...map.shape.slice(0, 3), 1]);
        const through = tf.mul(positions, tf.add(tf.mul(record.convolved[i], slope), offset));
        return tf.sub(tf.mul(map, factor), through) as tf.Tensor4D;
      }),
    );
    return { maps, scale: products, shift: sums };
  }
}

/** Mean and variance of every channel, each position weighed by its coverage; the variance from centred values. */
function weightedMoments(
  maps: readonly tf.Tensor4D[],
  { rows, total }: Coverage,
): { mean: tf.Tensor; variance: tf.Tensor } {
  const average = (values: tf.Tensor2D[]): tf.Tensor =>
    tf.tidy(() =>
      tf.reshape(tf.div(addUp(values.map((value, i) => tf.matMul(rows[i], value))), total), [-1]),
    );
  const mean = average(maps.map(flat));
  const variance = tf.tidy(() => average(maps.map((map) => tf.square(tf.sub(flat(map), mean)))));
  return { mean, variance };
}

/** [n, h, w, c] as [n h w, c]. */
function flat(map: tf.Tensor4D): tf.Tensor2D {
  return tf.reshape(map, [-1, map.shape[3]]);
}

/** The sum of each column. */
function sumOver(values: tf.Tensor2D): tf.Tensor {
  return tf.sum(values, 0);
}

function addUp(values: readonly tf.Tensor[]): tf.Tensor {
  return values.length === 1 ? values[0] : tf.addN([...values]);
}

function pick(state: NetworkState, names: Iterable<string>): Map<string, Tensor> {
  return new Map([...names].map((name) => [name, state.get(name)!]));
}
