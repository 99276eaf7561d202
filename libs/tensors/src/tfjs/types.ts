import type * as tf from '@tensorflow/tfjs-core';

/** How general networks are to be run. */
export interface TfjsOptions {
  /**
   * `tensorflow`, `tensorflow-gpu`, `wasm` or `cpu` (plain JavaScript, for tests); `auto`, and the engines that only run patch networks
   * (`native`, `reference`), take the fastest that works: a binding if one is built, else `wasm`.
   */
  readonly engine: string;
  /** Threads of the TensorFlow backends; by default the cores the process may use. The others run one. */
  readonly threads?: number;
  /** False for networks that learn nothing here: gradients take a third of a second to load. A page never has them. */
  readonly gradients?: boolean;
}

/** An initialised TensorFlow.js. */
export interface Tfjs {
  readonly tf: typeof tf;
  readonly backend: 'tensorflow' | 'wasm' | 'cpu';
  /** What computes, for results: `TensorFlow 2.21.0, 2 threads`. */
  readonly description: string;
}
