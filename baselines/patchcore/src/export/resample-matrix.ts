import { probed, type Matrix } from '@fsad/onnx';
import { resample } from '../embed.ts';

/** One axis of `resample`. */
export function resampleMatrix(from: number, to: number): Matrix {
  return probed(from, (data) => resample({ shape: [1, from, 1, 1], data }, to, 1).data);
}
