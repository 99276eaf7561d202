import { tensor, type Tensor } from '@fsad/tensors';

/** alpha times the mean square error, or times its root (the L2 norm of Eq. 17 on the scale of one pixel). */
export interface ReconstructionRule {
  readonly loss: 'mean-square' | 'root-mean-square';
  readonly alpha: number;
}

/** The weighted reconstruction loss over all images, channels and pixels, and its gradient at `reconstruction` (Eq. 8, 17). */
export function reconstructionLoss(
  reconstruction: Tensor,
  real: Tensor,
  { loss, alpha }: ReconstructionRule,
): { loss: number; gradient: Tensor } {
  const size = real.data.length;
  let sum = 0;
  for (let i = 0; i < size; i++) sum += (reconstruction.data[i] - real.data[i]) ** 2;
  const meanSquare = sum / size;
  const root = Math.sqrt(meanSquare);
  const slope = loss === 'mean-square' ? (2 * alpha) / size : root > 0 ? alpha / (size * root) : 0;
  const gradient = tensor(real.shape);
  for (let i = 0; i < size; i++) gradient.data[i] = slope * (reconstruction.data[i] - real.data[i]);
  return { loss: alpha * (loss === 'mean-square' ? meanSquare : root), gradient };
}
