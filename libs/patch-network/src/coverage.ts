import type { Canvas, NetworkSpec } from './engine.ts';
import { sideAfter } from './layout.ts';

/**
 * How many windows of side `side` cover each position of a canvas after `layers` convolutions, row by row: after l valid ones a
 * window at (t, q) covers t .. t + side - 2l - 1 by q .. q + side - 2l - 1 (docs/canvas-sharing.md#training). With padding `same` a canvas is one
 * window and all is 1.
 */
export function coverageAfter(spec: NetworkSpec, canvas: Canvas, side: number, layers: number): Float64Array {
  const height = sideAfter(spec, canvas.height, layers);
  const width = sideAfter(spec, canvas.width, layers);
  const covered = sideAfter(spec, side, layers);
  const coverage = new Float64Array(height * width);
  for (const { top, left } of canvas.windows) {
    for (let y = top; y < top + covered; y++) {
      for (let x = left; x < left + covered; x++) coverage[y * width + x]++;
    }
  }
  return coverage;
}
