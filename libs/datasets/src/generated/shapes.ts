import type { Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';

/** Side of a shape picture in pixels. */
export const SHAPE_SIDE = 64;

/** Signed distance to a shape's edge in units of its size, negative inside; x to the right, y down. */
type Outline = (x: number, y: number) => number;

const box = (x: number, y: number, halfWidth: number, halfHeight: number): number =>
  Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);

const OUTLINES = {
  arrow: (x, y) =>
    Math.min(box(x + 0.3, y, 0.55, 0.16), Math.max(0.1 - x, (x - 0.9) * 0.6 + Math.abs(y) * 0.8)),
  bars: (x, y) =>
    Math.min(box(x + 0.58, y, 0.18, 0.85), box(x, y + 0.2, 0.18, 0.65), box(x - 0.58, y - 0.25, 0.18, 0.6)),
  crescent: (x, y) => Math.max(Math.hypot(x, y) - 0.85, 0.68 - Math.hypot(x - 0.38, y)),
  cross: (x, y) => Math.min(box(x, y, 0.85, 0.2), box(x, y, 0.2, 0.85)),
  disc: (x, y) => Math.hypot(x, y) - 0.75,
  frame: (x, y) => Math.max(box(x, y, 0.75, 0.75), -box(x, y, 0.47, 0.47)),
  hook: (x, y) => Math.min(box(x + 0.45, y, 0.2, 0.8), box(x, y - 0.6, 0.65, 0.2)),
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.62) - 0.19,
  star: (x, y) => Math.hypot(x, y) - 0.6 - 0.26 * Math.cos(5 * Math.atan2(x, -y)),
  triangle: (x, y) => Math.max(y - 0.6, Math.abs(x) * 0.87 - y * 0.5 - 0.45),
} satisfies Record<string, Outline>;

export type ShapeName = keyof typeof OUTLINES;

/** The ten shapes in alphabetical order. */
export const SHAPE_NAMES = Object.keys(OUTLINES) as ShapeName[];

/**
 * Draws a shape of one random colour on ground of another, `SHAPE_SIDE` square, RGB: place, size, tilt within 15
 * degrees, light and noise vary. Equal names give equal pictures.
 */
export function drawShape(name: string, shape: ShapeName): Image {
  const random = randomStream(0, name);
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const side = SHAPE_SIDE;
  const [cx, cy] = [between(-4, 4) + side / 2, between(-4, 4) + side / 2];
  const radius = between(17, 24);
  const turn = between(-0.26, 0.26);
  const ground = [between(30, 110), between(30, 110), between(30, 110)];
  const paint = [between(140, 240), between(140, 240), between(140, 240)];
  const [lightX, lightY] = [between(-0.15, 0.15), between(-0.15, 0.15)];
  const noise = random.normal(side * side);
  const data = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [dx, dy] = [(x + 0.5 - cx) / radius, (y + 0.5 - cy) / radius];
      const distance = OUTLINES[shape](
        dx * Math.cos(turn) + dy * Math.sin(turn),
        dy * Math.cos(turn) - dx * Math.sin(turn),
      );
      const inside = Math.max(0, Math.min(1, 0.5 - distance * radius));
      const light = 1 + lightX * (x / side - 0.5) + lightY * (y / side - 0.5) + 0.04 * noise[y * side + x];
      for (let c = 0; c < 3; c++) {
        const value = (ground[c] + (paint[c] - ground[c]) * inside) * light;
        data[(y * side + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return { width: side, height: side, channels: 3, data };
}
