import { randomStream } from '@fsad/tensors';
import { SURFACE_SIDE } from './surface-side.ts';

/** Local damage to a surface. Coordinates are pixels; a defect touches only what its mask says. */
export interface Defect {
  /** Where the cloth now shown at (x, y) came from; undefined where it did not move. */
  displace(x: number, y: number): readonly [number, number] | undefined;
  /** Changes the colour at (x, y) in place and tells whether the place is damaged. */
  stain(x: number, y: number, colour: [number, number, number]): boolean;
}

export const DEFECT_KINDS = ['scratch', 'spot', 'dent'] as const;
export type DefectKind = (typeof DEFECT_KINDS)[number];

/** Draws a defect of a kind at a random place, size and strength; equal names give equal defects. */
export function drawDefect(name: string, kind: DefectKind): Defect {
  const random = randomStream(0, name);
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const margin = 24;
  const x = between(margin, SURFACE_SIDE - margin);
  const y = between(margin, SURFACE_SIDE - margin);
  if (kind === 'scratch') return scratch(x, y, between);
  return kind === 'spot' ? spot(x, y, between) : dent(x, y, between);
}

type Between = (low: number, high: number) => number;
const still = (): undefined => undefined;

/** A bent line of torn fibres: pale, with a shadow along one side. */
function scratch(cx: number, cy: number, between: Between): Defect {
  const angle = between(0, Math.PI);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const half = between(14, 32);
  const bend = between(-0.012, 0.012);
  const width = between(1.1, 2.2);
  const strength = between(0.45, 0.85);
  return {
    displace: still,
    stain(x, y, colour) {
      const along = (x - cx) * dx + (y - cy) * dy;
      const off = -(x - cx) * dy + (y - cy) * dx - bend * along * along;
      const taper = 1 - (along / half) ** 4;
      if (taper <= 0) return false;
      const core = Math.exp(-((off / width) ** 2)) * strength * taper;
      const shadow = Math.exp(-(((off - 1.8 * width) / width) ** 2)) * 0.5 * strength * taper;
      mix(colour, [214, 206, 190], core);
      mix(colour, [30, 32, 36], shadow);
      return core + shadow > 0.15;
    },
  };
}

/** An irregular blot that darkens the cloth, oil or rust. */
function spot(cx: number, cy: number, between: Between): Defect {
  const radius = between(4.5, 11);
  const lobes = Array.from({ length: 3 }, (_, i) => ({
    n: i + 2,
    height: between(0, 0.16),
    phase: between(0, 6.283),
  }));
  const strength = between(0.4, 0.75);
  const ink: [number, number, number] = between(0, 1) < 0.5 ? [38, 34, 30] : [116, 62, 30];
  return {
    displace: still,
    stain(x, y, colour) {
      const angle = Math.atan2(y - cy, x - cx);
      const edge =
        radius * lobes.reduce((r, lobe) => r + lobe.height * Math.sin(lobe.n * angle + lobe.phase), 1);
      const inside = 1 / (1 + Math.exp((Math.hypot(x - cx, y - cy) - edge) * 1.4));
      if (inside < 0.01) return false;
      mix(colour, ink, inside * strength);
      return inside > 0.3;
    },
  };
}

/** Cloth pressed in: the weave is drawn towards the middle and the slopes catch or lose the light. */
function dent(cx: number, cy: number, between: Between): Defect {
  const radius = between(9, 17);
  const pull = between(0.45, 0.75) * (between(0, 1) < 0.5 ? -0.7 : 1);
  const light = between(0, 2 * Math.PI);
  const slope = between(0.25, 0.5);
  return {
    displace(x, y) {
      const distance = Math.hypot(x - cx, y - cy) / radius;
      if (distance >= 1) return undefined;
      const scale = 1 - pull * (1 - distance * distance) ** 2;
      return [cx + (x - cx) * scale, cy + (y - cy) * scale];
    },
    stain(x, y, colour) {
      const distance = Math.hypot(x - cx, y - cy) / radius;
      if (distance >= 1) return false;
      const steepness = 2.6 * distance * (1 - distance * distance);
      const facing = Math.cos(Math.atan2(y - cy, x - cx) - light);
      for (let c = 0; c < 3; c++) colour[c] *= 1 + slope * steepness * facing;
      return distance < 0.9;
    },
  };
}

function mix(
  colour: [number, number, number],
  other: readonly [number, number, number],
  share: number,
): void {
  for (let c = 0; c < 3; c++) colour[c] += (other[c] - colour[c]) * share;
}
