/**
 * my-detector: a method of your own. It says how far a picture is from the mean of those learned from, in units of how far they are from one another.
 *
 *   fsad run my-detector-experiment.ts             # compares it with two of the project's
 *
 * `methodFromRecipe` brings checks, saving, loading, aborting and disposal; what is below is the method's own.
 */
import { methodFromRecipe, requireTensor, tensor, unitPixels, z, type Tensor } from 'fsad';

/** Every setting. There are no defaults: a preset says all of them, and an unknown key is an error that names it. */
const schema = z.strictObject({
  size: z.int().positive().describe('Side in pixels that pictures are resized to.'),
  floor: z
    .number()
    .positive()
    .describe('Least deviation of a pixel, in levels of 0 to 1: no pixel is the same for ever.'),
});

type Config = z.infer<typeof schema>;
const preset: Config = { size: 32, floor: 0.05 };

export const method = methodFromRecipe<Config, Tensor, null>({
  name: 'my-detector',
  // Goes up when results change: stored trials of the old version are then not taken for the new one.
  numericVersion: 1,
  // Plain code. 'general' has TensorFlow.js, which `open` starts.
  engine: 'none',
  presets: { official: preset, 'few-shot': preset, smoke: { ...preset, size: 16 } },
  schema,
  open: async () => null,

  /** Learns from at least one picture, all grey or all RGB: the mean and the deviation of every value. */
  async fit({ config }, images, { report, signal }) {
    const { data, shape } = unitPixels(images, config.size, 'bilinear');
    const size = data.length / images.length;
    const learned = new Float32Array(2 * size);
    for (let i = 0; i < size; i++) {
      signal?.throwIfAborted();
      const values = images.map((_, n) => data[n * size + i]);
      const mean = average(values);
      learned[i] = mean;
      learned[size + i] = config.floor + Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
    }
    report({ type: 'progress', stage: 'learn', done: images.length, total: images.length });
    return tensor([2, ...shape.slice(1)], learned);
  },

  /** Higher is more anomalous. A picture's score does not depend on those it is scored with. */
  async score({ config }, learned, images, signal) {
    return images.map((image) => {
      signal?.throwIfAborted();
      return { value: average(deviations(unitPixels([image], config.size, 'bilinear').data, learned.data)) };
    });
  },

  /** Where it is anomalous, row by row; leave it out for a method without maps. */
  async localize({ config, channels }, learned, images, signal) {
    return images.map((image) => {
      signal?.throwIfAborted();
      const found = deviations(unitPixels([image], config.size, 'bilinear').data, learned.data);
      const data = new Float32Array(config.size ** 2);
      for (const [i, value] of found.entries()) data[Math.floor(i / channels)] += value / channels;
      return { width: config.size, height: config.size, data };
    });
  },

  // What is kept in the model's folder, and back.
  pack: async (learned) => ({ tensors: new Map([['learned', learned]]) }),
  unpack: async (_, { tensors }) => requireTensor(tensors, 'learned'),
});

/** How far each value is from the mean, in deviations. @param learned the means, then the deviations */
function deviations(data: Float32Array, learned: Float32Array): Float32Array {
  return data.map((value, i) => Math.abs(value - learned[i]) / learned[data.length + i]);
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
