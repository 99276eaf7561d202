import type { Tensor } from '@fsad/tensors';

/**
 * The five-block patch network behind one interface (Sec. 3.4): head, three body blocks and a tail, every one a 3x3
 * convolution of stride 1 with bias; the first four followed by batch normalisation (epsilon 1e-5, running momentum
 * 0.1, running variance unbiased) and LeakyReLU 0.2. Its receptive field is 11 x 11.
 *
 * The interface speaks in steps, not layers, so that an engine may fuse; every call returns a promise, so that it may
 * run elsewhere. What is handed in is checked and taken before the call returns, so that changing it afterwards changes nothing; what is handed out belongs to
 * the caller.
 * A convolution's bias that batch normalisation follows has gradient zero (in exact arithmetic the mean takes it out again): engines
 * set exactly zero, so that Adam does not blow rounding noise up to steps of full size.
 */
export interface NetworkSpec {
  readonly inputChannels: number;
  /** Channels of the four hidden layers. */
  readonly width: number;
  readonly outputChannels: number;
  /** `valid`: every convolution shrinks by 2, the map by 10 in all. `same`: zero padding by 1 in every convolution. */
  readonly padding: 'valid' | 'same';
}

/**
 * Everything a network has learned, by name:
 * `block{0..4}.conv.weight` [3, 3, in, out], `block{0..4}.conv.bias` [out]; for blocks 0 to 3 also `.norm.weight`,
 * `.norm.bias`, `.norm.runningMean`, `.norm.runningVariance` [out]. After the first Adam step also the first and second moment of each
 * trainable tensor as `adam.m.<name>` and `adam.v.<name>`, and `adam.step` [1]. A state without moments starts Adam at step 0.
 */
export type NetworkState = ReadonlyMap<string, Tensor>;

/** Adam (Kingma and Ba): bias-corrected from an integer step count, epsilon outside the square root. */
export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** One transformed copy: the S x S window of a canvas at (top, left), and the class its patches are compared with. */
export interface CanvasWindow {
  readonly top: number;
  readonly left: number;
  readonly label: number;
}

/**
 * One picture per image of which windows are copies. Its coverage at a position is the number of windows over it. A separately
 * transformed copy is a canvas of the window's own size with one window.
 */
export interface Canvas {
  /** [k, height, width, channels] in [-1, 1], all k images one after another. */
  readonly images: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly windows: readonly CanvasWindow[];
}

/**
 * The transformed copies of k images. Losses are means over all k * M windows and their P patches; batch statistics weigh each
 * canvas position by its coverage (after l valid convolutions a window at (t, q) covers t .. t + S - 2l - 1), so sharing and
 * separate copies are the same mathematics. Padding `same` takes only canvases that are one window.
 */
export interface Batch {
  /** k, the number of images. */
  readonly count: number;
  /** S, the side of every window. */
  readonly side: number;
  readonly channels: number;
  readonly canvases: readonly Canvas[];
}

/** `trained`: batch statistics, running statistics move. `frozen`: running statistics. */
export type NetworkMode = 'trained' | 'frozen';

/** A patch classifier: outputs are logits, one vector a patch. */
export interface DiscriminatorNetwork {
  readonly spec: NetworkSpec;
  /**
   * One Adam step on the sum of the mean cross entropies of `real` and, unless null, `fake`. The two batches are forwarded
   * separately, real first, each with its own batch statistics; both move the running statistics. Losses are those before the step.
   * @throws RangeError when a label is no output channel, a window leaves its canvas, or a shape does not fit.
   */
  step(real: Batch, fake: Batch | null, adam: AdamSettings): Promise<{ real: number; fake: number | null }>;
  /**
   * The mean cross entropy of `batch` with batch statistics (running statistics move, weights stay) and its gradient with respect to
   * every canvas, each shaped as the canvas's images.
   */
  inputGradient(batch: Batch): Promise<{ loss: number; gradients: Float32Array[] }>;
  /**
   * With frozen statistics, the probability of each window's label at every patch, softmax over all channels but
   * `excludedLabel` (Eq. 12): one array a canvas, shaped [windows, k, P] with P patches of a window row by row.
   */
  score(batch: Batch, excludedLabel: number | null): Promise<Float32Array[]>;
  /** The logits of every canvas, [k, h, w, outputChannels]. Mode `trained` moves the running statistics. For inspection and tests. */
  logits(batch: Batch, mode: NetworkMode): Promise<Float32Array[]>;
  exportState(): Promise<NetworkState>;
  /** Replaces everything learned. @throws Error naming a missing, additional or wrongly shaped tensor. */
  importState(state: NetworkState): Promise<void>;
  dispose(): void;
}

/** An image-to-image network: outputs pass through tanh. */
export interface GeneratorNetwork {
  readonly spec: NetworkSpec;
  /**
   * [n, h, w, inputChannels] -> [n, h', w', outputChannels] in (-1, 1). `frozen`: running statistics. `trained`: batch statistics,
   * running statistics move. `recorded`: as `trained`, and what the backward pass needs is kept until the next step.
   */
  forward(input: Tensor, mode: NetworkMode | 'recorded'): Promise<Tensor>;
  /**
   * One Adam step on the gradients of the recorded forwards since the last step: one entry each, in order, shaped as their outputs (gradient
   * of the loss with respect to the output after tanh). Their weight gradients add up.
   * @throws Error when the number of gradients is not that of the recorded forwards.
   */
  step(outputGradients: readonly Tensor[], adam: AdamSettings): Promise<void>;
  exportState(): Promise<NetworkState>;
  importState(state: NetworkState): Promise<void>;
  dispose(): void;
}

export const ENGINE_NAMES = ['native', 'wasm', 'tensorflow', 'tensorflow-gpu', 'reference'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Something that runs patch networks. Same state, calls and instruction set: the same bits, at any thread count. */
export interface Engine {
  readonly name: EngineName;
  /** Recorded with every result: what decides the last bits, e.g. `avx512`, `simd128`, `TensorFlow 2.21.0`. */
  readonly instructionSet: string;
  readonly threads: number;
  createDiscriminator(spec: NetworkSpec, state: NetworkState): Promise<DiscriminatorNetwork>;
  createGenerator(spec: NetworkSpec, state: NetworkState): Promise<GeneratorNetwork>;
  /** Frees threads and memory; networks of this engine must not be used afterwards. */
  dispose(): Promise<void>;
}

/** How to open an engine. */
export interface EngineOptions {
  /** Threads to use; by default the number of cores the process may run on. */
  readonly threads?: number;
}

/** An engine this build knows about, and whether it works here. */
export interface EngineProbe {
  readonly name: EngineName;
  readonly available: boolean;
  /** Where available what it is (compiler, instruction set, version); else why not and what to do. */
  readonly detail: string;
}
