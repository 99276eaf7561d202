import type { Tensor } from '@fsad/tensors';

/** sigma^n = factor * residual measure, per image (Sec. 3.1): mean absolute, or root mean square as the reading of the L2 norm. */
export interface AmplitudeRule {
  readonly measure: 'mean-absolute' | 'root-mean-square';
  readonly factor: number;
}

/** The noise amplitude of each image from the residual between it and its upsampled reconstruction, both [k, S, S, 3]. */
export function noiseAmplitudes(real: Tensor, reconstruction: Tensor, rule: AmplitudeRule): Float32Array {
  const [count] = real.shape;
  const size = real.data.length / count;
  return Float32Array.from({ length: count }, (_, n) => {
    let sum = 0;
    for (let i = n * size; i < (n + 1) * size; i++) {
      const residual = real.data[i] - reconstruction.data[i];
      sum += rule.measure === 'mean-absolute' ? Math.abs(residual) : residual * residual;
    }
    const mean = sum / size;
    return rule.factor * (rule.measure === 'mean-absolute' ? mean : Math.sqrt(mean));
  });
}
