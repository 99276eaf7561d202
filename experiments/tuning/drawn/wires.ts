import type { Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';

/** What happens to wire, drawn into good pictures of it: the kinds of damage that MVTec AD's grid has, none of its pictures of damage. */
export const WIRE_DAMAGE = ['bent', 'broken', 'thread', 'glue', 'metal'] as const;
export type WireDamage = (typeof WIRE_DAMAGE)[number];

/** What one kind of damage makes of a level, at a pixel (x, y), where `at` gives the levels of the good picture, linear between pixels. */
type Shade = (x: number, y: number, level: number, at: (x: number, y: number) => number) => number;

/**
 * Draws damage of a kind into a good picture at a random place, size and strength.
 * @param name stream of everything random; equal names give equal damage.
 */
export function damageWire(good: Image, kind: WireDamage, name: string): Image {
  const { width, height, channels } = good;
  const shade = shades[kind](name, width);
  const data = new Uint8Array(good.data.length);
  for (let c = 0; c < channels; c++) {
    const pixel = (x: number, y: number): number =>
      good.data[
        (Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * channels + c
      ];
    const at = (x: number, y: number): number => {
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [across, down] = [x - left, y - top];
      const upper = pixel(left, top) * (1 - across) + pixel(left + 1, top) * across;
      const lower = pixel(left, top + 1) * (1 - across) + pixel(left + 1, top + 1) * across;
      return upper * (1 - down) + lower * down;
    };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const level = shade(x, y, pixel(x, y), at);
        data[(y * width + x) * channels + c] = Math.max(0, Math.min(255, Math.round(level)));
      }
    }
  }
  return { ...good, data };
}

const shades: Record<WireDamage, (name: string, side: number) => Shade> = {
  /** Pushed aside. */
  bent(name, side) {
    const { between, x: cx, y: cy, angle } = placed(name, side);
    const [width, push] = [between(5, 8), between(2.5, 5)];
    return (x, y, _, at) => {
      const moved = push * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * width ** 2));
      return at(x - moved * Math.cos(angle), y - moved * Math.sin(angle));
    };
  },
  /** Gone, with what lies around it in its place. */
  broken(name, side) {
    const { between, x: cx, y: cy, angle } = placed(name, side);
    const [long, short, away] = [between(3, 5.5), between(2, 3.5), between(5, 8)];
    return (x, y, level, at) => {
      const [u, v] = turned(x - cx, y - cy, angle);
      const inside = Math.exp(-(((u / long) ** 2 + (v / short) ** 2) ** 2));
      const around = [0, 1, 2, 3].map((k) =>
        at(x + away * Math.cos(angle + (k * Math.PI) / 2), y + away * Math.sin(angle + (k * Math.PI) / 2)),
      );
      return level + inside * (Math.min(...around) - level);
    };
  },
  /** A thin bent line of one level lies over it. */
  thread(name, side) {
    const { between, x: cx, y: cy, angle } = placed(name, side);
    const [half, width, bend] = [between(10, 25), between(0.6, 1.1), between(-0.02, 0.02)];
    const [colour, strength] = [between(20, 230), between(0.5, 0.9)];
    return (x, y, level) => {
      const [u, v] = turned(x - cx, y - cy, angle);
      const on = Math.exp(-(((v - bend * u * u) / width) ** 2)) * Math.max(0, 1 - (u / half) ** 4);
      return level + strength * on * (colour - level);
    };
  },
  /** A soft blot that brightens it and fills its gaps. */
  glue(name, side) {
    const { between, x: cx, y: cy, angle } = placed(name, side);
    const [long, short, lift, fill] = [between(5, 9), between(4, 6), between(10, 30), between(0.2, 0.5)];
    return (x, y, level, at) => {
      const [u, v] = turned(x - cx, y - cy, angle);
      const on = 1 / (1 + Math.exp(6 * (Math.hypot(u / long, v / short) - 1)));
      const mean = (at(x - 3, y) + at(x + 3, y) + at(x, y - 3) + at(x, y + 3)) / 4;
      return level + on * (fill * (mean - level) + lift);
    };
  },
  /** A small sharp splinter, bright or dark. */
  metal(name, side) {
    const { between, x: cx, y: cy, angle } = placed(name, side);
    const [long, short, strength] = [between(2, 5), between(1, 1.8), between(0.5, 0.9)];
    const colour = between(0, 1) < 0.5 ? 235 : 15;
    return (x, y, level) => {
      const [u, v] = turned(x - cx, y - cy, angle);
      return level + strength * Math.exp(-(((u / long) ** 2 + (v / short) ** 2) ** 2)) * (colour - level);
    };
  },
};

function placed(name: string, side: number) {
  const random = randomStream(0, name);
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  return {
    between,
    x: between(0.15, 0.85) * side,
    y: between(0.15, 0.85) * side,
    angle: between(0, Math.PI),
  };
}

function turned(x: number, y: number, angle: number): [number, number] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x * cos + y * sin, y * cos - x * sin];
}
