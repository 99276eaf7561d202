import type { Image } from './image.ts';

/** A defect mask at another size: a pixel is defective when half of what it covers is. */
export function resizeMask(mask: Image, width: number, height: number): Image {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = span(y, height, mask.height);
    for (let x = 0; x < width; x++) {
      const [left, right] = span(x, width, mask.width);
      let marked = 0;
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++)
          if (mask.data[row * mask.width + column] > 127) marked++;
      }
      data[y * width + x] = 2 * marked >= (bottom - top) * (right - left) ? 255 : 0;
    }
  }
  return { width, height, channels: 1, data };
}

/** The source pixels a target pixel covers: at least one. */
function span(at: number, target: number, source: number): [number, number] {
  const from = Math.floor((at * source) / target);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * source) / target))];
}
