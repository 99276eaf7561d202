import { tensor, type Tensor } from '@fsad/tensors';

/**
 * The reconstruction loss as alpha times
 * - `mean-square`: the mean square error over images, channels and pixels;
 * - `root-mean-square`: its root, one for all images;
 * - `root-mean-square-per-image`: the sum over the images of each one's root (Eq. 17, with the L2 norm on the scale of one value).
 *
 * For one image the last two are the same (Eq. 9, 10). Why none is the norm by the letter: docs/presets.md#6.9.
 */
export interface ReconstructionRule {
  readonly loss: 'mean-square' | 'root-mean-square' | 'root-mean-square-per-image';
  readonly alpha: number;
}

/**
 * The weighted reconstruction loss of k images [k, S, S, c] and its gradient at `reconstruction`, of the same shape (Eq. 9, 10, 17). Where an image is
 * reconstructed to the bit, the gradient of its root is taken as zero.
 */
export function reconstructionLoss(
  reconstruction: Tensor,
  real: Tensor,
  { loss, alpha }: ReconstructionRule,
): { loss: number; gradient: Tensor } {
  const gradient = tensor(real.shape);
  const groups = loss === 'root-mean-square-per-image' ? real.shape[0] : 1;
  const size = real.data.length / groups;
  let total = 0;
  for (let start = 0; start < real.data.length; start += size) {
    const end = start + size;
    let sum = 0;
    for (let i = start; i < end; i++) sum += (reconstruction.data[i] - real.data[i]) ** 2;
    const meanSquare = sum / size;
    const root = Math.sqrt(meanSquare);
    const slope = loss === 'mean-square' ? (2 * alpha) / size : root > 0 ? alpha / (size * root) : 0;
    for (let i = start; i < end; i++) gradient.data[i] = slope * (reconstruction.data[i] - real.data[i]);
    total += alpha * (loss === 'mean-square' ? meanSquare : root);
  }
  return { loss: total, gradient };
}
