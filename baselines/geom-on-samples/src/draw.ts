import type { FitContext } from '@fsad/detector';
import type { HtdgDetector } from '@fsad/htdg';
import { tensorToImage, type Image } from '@fsad/images';
import { tensor, type Tensor } from '@fsad/tensors';

/**
 * Draws `count` images [S, S] from the finest scale of a fitted HTDG, image index s mod k for sample s, clamped to [-1, 1] and rounded to 8 bits.
 * @throws the signal's reason within one round of k samples.
 */
export async function drawImages(
  detector: HtdgDetector,
  count: number,
  channels: 1 | 3,
  { seed, report, signal }: Pick<FitContext, 'seed' | 'report' | 'signal'>,
): Promise<Image[]> {
  const images: Image[] = [];
  const tell = (): void => report({ type: 'progress', stage: 'samples', done: images.length, total: count });
  for await (const round of detector.finestSamples(seed)) {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    const pictures = channels === 1 ? greyOf(round) : round;
    for (let i = 0; i < round.shape[0] && images.length < count; i++) images.push(tensorToImage(pictures, i));
    tell();
    if (images.length === count) break;
  }
  return images;
}

/** The mean over the three channels, [k, S, S, 3] -> [k, S, S, 1], after clamping to [-1, 1]. */
export function greyOf({ shape: [count, height, width], data }: Tensor): Tensor {
  const grey = tensor([count, height, width, 1]);
  const clamped = (value: number): number => Math.min(Math.max(value, -1), 1);
  for (let i = 0; i < grey.data.length; i++) {
    grey.data[i] = (clamped(data[3 * i]) + clamped(data[3 * i + 1]) + clamped(data[3 * i + 2])) / 3;
  }
  return grey;
}
