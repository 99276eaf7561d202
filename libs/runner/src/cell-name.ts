import type { Cell } from './store/index.ts';

/** A cell for people: `cifar10 airplane, 1-shot, trial 0, htdg full`. */
export function cellName({ dataset, class: className, shots, trial, detector, variant }: Cell): string {
  return `${dataset} ${className}, ${shots}-shot, trial ${trial}, ${detector} ${variant}`;
}
