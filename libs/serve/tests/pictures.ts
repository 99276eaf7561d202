import { encodePng } from '@fsad/images';

/** Stripes of 48 x 48 pixels, with a bright spot where `defect` says. */
export function stripes(defect?: readonly [x: number, y: number], side = 48) {
  const data = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    if (defect && Math.hypot(x - defect[0], y - defect[1]) < 6) return 255;
    return Math.round(100 + 40 * Math.sin(x / 3) + 10 * Math.sin((x * y) / 7));
  });
  return { width: side, height: side, channels: 1 as const, data };
}

/** The same as a PNG file. */
export const png = (defect?: readonly [number, number], side?: number) => encodePng(stripes(defect, side));
