import * as tf from '@tensorflow/tfjs-core';
import { decodeSafetensors, tensor, type Tensor } from '@fsad/tensors';
import { blocks } from './architecture.ts';
import type { OnnxGraph, Value } from '@fsad/onnx';
import type { DrawnMap, FeatureExtractor } from './extractor.ts';
import { foldNetwork, type Folded } from './fold.ts';
import { createConvolutions, disposeConvolutions, runNetwork, type Convolutions } from './network.ts';

/** Gives the bytes of one of the weight files of this package; a page fetches them, Node reads them (`@fsad/features/open`). */
export type ReadWeights = (file: string) => Promise<Uint8Array>;

/** The weight files, and the first block in each. The first, a fourth of the bytes, has the stem too. */
const files: readonly (readonly [file: string, from: number])[] = [
  ['efficientnet-lite0-blocks-0-10.safetensors', 0],
  ['efficientnet-lite0-blocks-11-15.safetensors', 11],
];

/** EfficientNet-Lite0, trained on ImageNet, in the TensorFlow.js backend that is current. */
export class EfficientNetLite0 implements FeatureExtractor {
  readonly identity: string;
  readonly side = null;
  /** The blocks whose outputs are given. */
  readonly wanted: readonly number[];
  readonly #convolutions: Convolutions;

  private constructor(convolutions: Convolutions, wanted: readonly number[]) {
    this.#convolutions = convolutions;
    this.wanted = wanted;
    this.identity = `efficientnet-lite0 half, blocks ${wanted.join(', ')}`;
  }

  /**
   * Loads the network up to the last of the blocks `wanted` (0 .. 15).
   * @throws RangeError for a block that does not exist; Error naming a weight file that is damaged.
   */
  static async open(read: ReadWeights, wanted: readonly number[]): Promise<EfficientNetLite0> {
    if (wanted.length === 0) throw new RangeError('EfficientNet-Lite0: no block was asked for');
    for (const block of wanted) {
      if (!(block in blocks)) {
        throw new RangeError(`EfficientNet-Lite0 has blocks 0 to ${blocks.length - 1}, there is no ${block}`);
      }
    }
    const last = Math.max(...wanted);
    const state = new Map<string, Tensor>();
    const needed = files.filter(([, from]) => from <= last).map(([file]) => file);
    for (const file of needed) {
      for (const [name, value] of decodeSafetensors(await read(file), file).tensors) state.set(name, value);
    }
    return new EfficientNetLite0(createConvolutions(foldNetwork(state, last, needed.join(', '))), wanted);
  }

  async extract(pixels: Tensor): Promise<Tensor[]> {
    const maps = tf.tidy(() =>
      this.run(tf.tensor4d(pixels.data, pixels.shape as [number, number, number, number])),
    );
    try {
      const data = await Promise.all(maps.map((map) => map.data()));
      return maps.map(({ shape }, i) => tensor(shape, data[i] as Float32Array));
    } finally {
      tf.dispose(maps);
    }
  }

  /** The same on the backend's tensors, for gradients with respect to the pixels; the outputs belong to the surrounding `tf.tidy`. */
  run(pixels: tf.Tensor4D): tf.Tensor4D[] {
    return runNetwork(this.#convolutions, pixels, this.wanted);
  }

  async draw(graph: OnnxGraph, pixels: Value, side: number): Promise<DrawnMap[]> {
    const { drawNetwork } = await import('./draw-network.ts');
    const folded = new Map<string, Folded>();
    for (const [name, { filter, bias }] of this.#convolutions) {
      const [weights, shifts] = await Promise.all([filter.data(), bias.data()]);
      folded.set(name, {
        filter: tensor(filter.shape, weights as Float32Array),
        bias: tensor(bias.shape, shifts as Float32Array),
      });
    }
    return drawNetwork(graph, folded, pixels, side, this.wanted);
  }

  dispose(): void {
    disposeConvolutions(this.#convolutions);
  }
}
