import type { Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';

/** How far a disturbed copy may depart from its picture. */
export interface Disturbance {
  /** Share of the shorter side. */
  readonly shift: number;
  /** Degrees. */
  readonly turn: number;
  /** Share of the size. */
  readonly scale: number;
  /** Share of the brightness. */
  readonly light: number;
  /** Deviation in levels of 255. */
  readonly noise: number;
}

/** Small enough that nobody would call the copy another picture. */
export const SMALL: Disturbance = { shift: 0.015, turn: 1.5, scale: 0.015, light: 0.06, noise: 2 };

/**
 * A copy of a picture, a little moved, turned, scaled, lit and grainy, each drawn evenly up to the disturbance's limit;
 * what comes into view at the borders is mirrored.
 * @param name stream of everything random in it; equal names give equal copies.
 */
export function disturb(image: Image, name: string, limits: Disturbance = SMALL): Image {
  const random = randomStream(0, name);
  const upTo = (limit: number): number => limit * (2 * random.uniform() - 1);
  const { width, height, channels, data } = image;
  const reach = Math.min(width, height);
  const [dx, dy] = [upTo(limits.shift) * reach, upTo(limits.shift) * reach];
  const turn = (upTo(limits.turn) * Math.PI) / 180;
  const factor = 1 / (1 + upTo(limits.scale));
  const light = 1 + upTo(limits.light);
  const grain = Math.abs(upTo(limits.noise));
  const [cos, sin] = [Math.cos(turn) * factor, Math.sin(turn) * factor];
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    // A row at a time, so that large pictures need no noise of their own size.
    const noise = randomStream(0, `${name}/noise/${y}`).normal(width * channels);
    for (let x = 0; x < width; x++) {
      // Without closures or arrays: this runs for every pixel of large photographs.
      const u = x - cx - dx;
      const v = y - cy - dy;
      const fromX = mirrored(cx + cos * u + sin * v, width);
      const fromY = mirrored(cy - sin * u + cos * v, height);
      const x0 = Math.floor(fromX);
      const y0 = Math.floor(fromY);
      const fx = fromX - x0;
      const fy = fromY - y0;
      const above = (y0 * width + x0) * channels;
      const toRight = x0 < width - 1 ? channels : 0;
      const below = above + (y0 < height - 1 ? width * channels : 0);
      for (let c = 0; c < channels; c++) {
        const upper = data[above + c] + fx * (data[above + toRight + c] - data[above + c]);
        const lower = data[below + c] + fx * (data[below + toRight + c] - data[below + c]);
        const value = (upper + fy * (lower - upper)) * light + grain * noise[x * channels + c];
        result[(y * width + x) * channels + c] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return { width, height, channels, data: result };
}

/** Brings a place at most one size outside of 0 .. size - 1 inside, as in a mirror. */
function mirrored(place: number, size: number): number {
  const inside = place < 0 ? -place : place > size - 1 ? 2 * (size - 1) - place : place;
  return Math.max(0, Math.min(size - 1, inside));
}
