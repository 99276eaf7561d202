import { frameOf, type GeneratorNetwork, type NetworkMode, type NetworkSpec } from '@fsad/patch-network';
import { tensor, type Tensor } from '@fsad/tensors';

/** How generators are conditioned; the presets differ in it. */
export interface GeneratorSettings {
  /** Value of the index channel for the first image: 0 (published code) or 1 (Sec. 3.2). */
  readonly indexStart: 0 | 1;
}

/** One trained or training level G^n of the hierarchy. */
export interface GeneratorScale {
  readonly side: number;
  readonly network: GeneratorNetwork;
  /** sigma^n of each of the k images; 1 at scale 0. */
  readonly amplitudes: Float32Array;
  /** z* of the reconstruction path, [k, S, S, 3]; null where the path has no noise (Eq. 8, 16). */
  readonly fixedNoise: Tensor | null;
}

/** sigma * z + previous for each of k images, the generator's input before conditioning (Eq. 2); a missing part counts as zero. */
export function perturb(z: Tensor | null, amplitudes: Float32Array, previous: Tensor | null): Tensor {
  const shape = (z ?? previous)?.shape;
  if (!shape) throw new RangeError('a generator needs noise, a previous image, or both');
  const result = tensor(shape, previous ? Float32Array.from(previous.data) : undefined);
  if (z) {
    const size = result.data.length / shape[0];
    for (let i = 0; i < result.data.length; i++) {
      result.data[i] += amplitudes[Math.floor(i / size)] * z.data[i];
    }
  }
  return result;
}

/**
 * cat(x, i) of Sec. 3.2: [k, S, S, 3] -> [k, S', S', 4]. For a `valid` network, whose convolutions shrink, it is framed by 5 zero pixels, over
 * which the index channel is constant too.
 */
export function condition(x: Tensor, padding: NetworkSpec['padding'], settings: GeneratorSettings): Tensor {
  const [count, height, width, channels] = x.shape;
  const frame = frameOf({ padding });
  const result = tensor([count, height + 2 * frame, width + 2 * frame, channels + 1]);
  const rowLength = (width + 2 * frame) * (channels + 1);
  for (let n = 0; n < count; n++) {
    const image = n * (height + 2 * frame) * rowLength;
    const index = n + settings.indexStart;
    for (let i = channels; i < (height + 2 * frame) * rowLength; i += channels + 1)
      result.data[image + i] = index;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const from = ((n * height + row) * width + column) * channels;
        const to = image + (row + frame) * rowLength + (column + frame) * (channels + 1);
        for (let c = 0; c < channels; c++) result.data[to + c] = x.data[from + c];
      }
    }
  }
  return result;
}

/** a + b, entry by entry; b null counts as zero. */
export function add(a: Tensor, b: Tensor | null): Tensor {
  if (!b) return a;
  return tensor(
    a.shape,
    a.data.map((value, i) => value + b.data[i]),
  );
}

/**
 * x^n = G^n(cat(sigma z + previous, i)) + previous (Eq. 1, 2, 13, 14), [k, S, S, 3]; not clamped.
 * At scale 0 there is no previous image; on the reconstruction path `z` may be null (Eq. 16).
 */
export async function generate(
  scale: Pick<GeneratorScale, 'network' | 'amplitudes'>,
  z: Tensor | null,
  previous: Tensor | null,
  settings: GeneratorSettings,
  mode: NetworkMode | 'recorded',
): Promise<Tensor> {
  const input = condition(perturb(z, scale.amplitudes, previous), scale.network.spec.padding, settings);
  return add(await scale.network.forward(input, mode), previous);
}
