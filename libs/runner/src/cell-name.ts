import type { Cell } from './store/index.ts';

/** A cell for people: `cifar10 airplane, 1-shot, trial 0, htdg full`. */
export function cellName({ dataset, class: className, shots, trial, detector, variant }: Cell): string {
  return `${dataset} ${className}, ${shots}-shot, trial ${trial}, ${detector} ${variant}`;
}

/** The same in fewer columns: `cifar10 airplane 1-shot t0 htdg full`. */
export function shortCellName({ dataset, class: className, shots, trial, detector, variant }: Cell): string {
  return `${dataset} ${className} ${shots}-shot t${trial} ${detector} ${variant}`;
}
