import { frameOf, type GeneratorNetwork, type NetworkMode, type NetworkSpec } from '@fsad/patch-network';
import { Workspace, type Tensor } from '@fsad/tensors';

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
export function perturb(
  z: Tensor | null,
  amplitudes: Float32Array,
  previous: Tensor | null,
  workspace = new Workspace(),
): Tensor {
  const shape = (z ?? previous)?.shape;
  if (!shape) throw new RangeError('a generator needs noise, a previous image, or both');
  const result = workspace.tensor('perturbed', shape);
  if (previous) result.data.set(previous.data);
  else result.data.fill(0);
  if (z) {
    const size = result.data.length / shape[0];
    for (let n = 0; n < shape[0]; n++) {
      const amplitude = amplitudes[n];
      for (let i = n * size; i < (n + 1) * size; i++) result.data[i] += amplitude * z.data[i];
    }
  }
  return result;
}

/**
 * cat(x, i) of Sec. 3.2: [k, S, S, 3] -> [k, S', S', 4]. For a `valid` network, whose convolutions shrink, it is framed by 5 zero pixels, over
 * which the index channel is constant too.
 */
export function condition(
  x: Tensor,
  padding: NetworkSpec['padding'],
  settings: GeneratorSettings,
  workspace = new Workspace(),
): Tensor {
  const [count, height, width, channels] = x.shape;
  const frame = frameOf({ padding });
  const result = workspace.tensor('conditioned', [
    count,
    height + 2 * frame,
    width + 2 * frame,
    channels + 1,
  ]);
  if (frame > 0) result.data.fill(0);
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

/**
 * x^n = G^n(cat(sigma z + previous, i)) + previous (Eq. 1, 2, 13, 14), [k, S, S, 3]; not clamped.
 * At scale 0 there is no previous image; on the reconstruction path `z` may be null (Eq. 16). What the network reads is made in `workspace`.
 */
export async function generate(
  scale: Pick<GeneratorScale, 'network' | 'amplitudes'>,
  z: Tensor | null,
  previous: Tensor | null,
  settings: GeneratorSettings,
  mode: NetworkMode | 'recorded',
  workspace = new Workspace(),
): Promise<Tensor> {
  const perturbed = perturb(z, scale.amplitudes, previous, workspace);
  const input = condition(perturbed, scale.network.spec.padding, settings, workspace);
  const image = await scale.network.forward(input, mode);
  if (previous) for (let i = 0; i < image.data.length; i++) image.data[i] += previous.data[i];
  return image;
}
