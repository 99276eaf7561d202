import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import type { Batch, Engine, NetworkSpec, NetworkState } from './engine.ts';
import { BLOCKS, blockChannels, runningShapes, sideAfter, trainableShapes } from './layout.ts';

/** How fast an engine takes the discriminator step of `measureEngine`. */
export interface EngineSpeed {
  /** Of one step, the fastest of those measured. */
  readonly seconds: number;
  readonly gflops: number;
  /** GFLOP/s for each of the engine's threads. */
  readonly gflopsPerCore: number;
}

/** Adam as the published code sets it. */
export const PUBLISHED_ADAM = { learningRate: 5e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

/**
 * Times the discriminator step every comparison is made with: one batch of 54 copies of 64x64x3, width 32, padding `same`,
 * 58.9 GFLOP. Takes one untimed step first, then `steps`.
 */
export async function measureEngine(engine: Engine, steps = 3): Promise<EngineSpeed> {
  const spec: NetworkSpec = { inputChannels: 3, width: 32, outputChannels: 55, padding: 'same' };
  const batch = copiesBatch(1, 64, 3, 54);
  const network = await engine.createDiscriminator(spec, publishedState(spec));
  let seconds = Infinity;
  try {
    await network.step(batch, null, PUBLISHED_ADAM);
    for (let i = 0; i < steps; i++) {
      const start = performance.now();
      await network.step(batch, null, PUBLISHED_ADAM);
      seconds = Math.min(seconds, (performance.now() - start) / 1000);
    }
  } finally {
    network.dispose();
  }
  const gflops = stepFlops(spec, 54, 64) / seconds / 1e9;
  return { seconds, gflops, gflopsPerCore: gflops / engine.threads };
}

/** Nominal work of one batch's training step: forward, input and filter gradients of every convolution, 2 a multiplication and addition. */
export function stepFlops(spec: NetworkSpec, pictures: number, side: number): number {
  return 3 * forwardFlops(spec, pictures, side);
}

/** Nominal work of forwarding `pictures` of side `side`. */
export function forwardFlops(spec: NetworkSpec, pictures: number, side: number): number {
  let sum = 0;
  for (let block = 0; block < BLOCKS; block++) {
    const { input, output } = blockChannels(spec, block);
    sum += pictures * sideAfter(spec, side, block + 1) ** 2 * 18 * input * output;
  }
  return sum;
}

/** `copies` separate copies of `count` random images, labelled in order. */
export function copiesBatch(count: number, side: number, channels: number, copies: number): Batch {
  const stream = randomStream(1, 'measure/images');
  const canvases = Array.from({ length: copies }, (_, label) => {
    const images = Float32Array.from(
      { length: count * side * side * channels },
      () => 2 * stream.uniform() - 1,
    );
    return { images, height: side, width: side, windows: [{ top: 0, left: 0, label }] };
  });
  return { count, side, channels, canvases };
}

/** Weights N(0, 0.02) and norms as the published code starts them, biases zero. */
export function publishedState(spec: NetworkSpec): NetworkState {
  const state = new Map<string, Tensor>();
  for (const [name, shape] of [...trainableShapes(spec), ...runningShapes(spec)]) {
    const values = tensor(shape);
    if (name.endsWith('conv.weight')) {
      values.data.set(
        randomStream(1, `measure/${name}`)
          .normal(values.data.length)
          .map((value) => 0.02 * value),
      );
    } else if (name.endsWith('norm.weight') || name.endsWith('runningVariance')) {
      values.data.fill(1);
    }
    state.set(name, values);
  }
  return state;
}
