import { randomStream } from '@fsad/tensors';
import {
  BOLT,
  BORE,
  boreEdge,
  EAR_AT,
  holeEdge,
  length,
  outerEdge,
  PIN,
  wholePart,
  type Outline,
} from './part-outline.ts';

/** Local damage to a part, in the part's own coordinates (see `Outline`). */
export interface PartDefect {
  /** The outline that is left; the whole part's where only the surface is damaged. */
  readonly outline: Outline;
  /** Changes the colour of metal in place and tells whether the place is damaged. */
  stain(x: number, y: number, colour: [number, number, number]): boolean;
}

export const PART_DEFECTS = ['scratch', 'chip', 'stain', 'missing'] as const;
export type PartDefectKind = (typeof PART_DEFECTS)[number];

type Between = (low: number, high: number) => number;

/** Draws a defect of a kind at a random place, size and strength; equal names give equal defects. */
export function drawPartDefect(name: string, kind: PartDefectKind): PartDefect {
  const random = randomStream(0, name);
  const between: Between = (low, high) => low + (high - low) * random.uniform();
  if (kind === 'scratch') return scratch(between);
  if (kind === 'chip') return chip(between);
  return kind === 'stain' ? stain(between) : missing(between);
}

/** A point of the metal at least `inside` away from every edge. */
function onMetal(between: Between, inside: number): [number, number] {
  for (;;) {
    const [x, y] = [between(-0.4, 0.4), between(-0.26, 0.26)];
    if (wholePart(x, y) < -inside) return [x, y];
  }
}

/** A bent groove: bare metal with a dark flank. */
function scratch(between: Between): PartDefect {
  const [cx, cy] = onMetal(between, 0.02);
  const angle = between(0, Math.PI);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const half = between(0.06, 0.14);
  const bend = between(-1.2, 1.2);
  const width = between(0.004, 0.0065);
  const strength = between(0.6, 0.95);
  return {
    outline: wholePart,
    stain(x, y, colour) {
      const along = (x - cx) * dx + (y - cy) * dy;
      const taper = 1 - (along / half) ** 4;
      if (taper <= 0) return false;
      const off = -(x - cx) * dy + (y - cy) * dx - bend * along * along;
      const groove = Math.exp(-((off / width) ** 2)) * strength * taper;
      const flank = Math.exp(-(((off - 1.7 * width) / width) ** 2)) * 0.7 * strength * taper;
      mix(colour, [238, 236, 230], groove);
      mix(colour, [34, 33, 32], flank);
      return groove + flank > 0.15;
    },
  };
}

/** A piece broken out of an edge: rough bright metal round the gap. */
function chip(between: Between): PartDefect {
  const [cx, cy] = onEdge(between);
  const radius = between(0.022, 0.038);
  const edge = ragged(cx, cy, radius, between, 0.22);
  const rim = between(0.012, 0.02);
  const facets = between(0, 6.283);
  return {
    outline: (x, y) => Math.max(wholePart(x, y), -edge(x, y)),
    stain(x, y, colour) {
      const away = edge(x, y);
      if (away > rim) return false;
      const grain = Math.sin(x * 410 + facets) * Math.sin(y * 370 - facets) + Math.sin((x + y) * 730);
      mix(colour, grain > 0 ? [206, 203, 196] : [92, 90, 88], 0.75 * (1 - Math.max(away, 0) / rim));
      return away < 0.8 * rim;
    },
  };
}

/** A point of the outer edge, or of the edge of the bore. */
function onEdge(between: Between): [number, number] {
  const angle = between(0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  if (between(0, 1) < 0.25) return [BORE * dx, BORE * Math.abs(dy)];
  let [low, high] = [0, 0.6];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (outerEdge(middle * dx, middle * dy) < 0) low = middle;
    else high = middle;
  }
  return [low * dx, low * dy];
}

/** A blot of rust, or of oil that darkens the metal. */
function stain(between: Between): PartDefect {
  const [cx, cy] = onMetal(between, 0.015);
  const radius = between(0.026, 0.05);
  const edge = ragged(cx, cy, radius, between, 0.18);
  const rust = between(0, 1) < 0.6;
  const strength = rust ? between(0.45, 0.8) : between(0.4, 0.65);
  return {
    outline: wholePart,
    stain(x, y, colour) {
      const inside = 1 / (1 + Math.exp((edge(x, y) / radius) * 9));
      if (inside < 0.01) return false;
      const speckle = rust ? 0.8 + 0.2 * Math.sin(x * 530) * Math.sin(y * 610) : 1;
      mix(colour, rust ? [128, 70, 34] : [44, 38, 30], inside * strength * speckle);
      return inside > 0.3;
    },
  };
}

/** A hole that was not drilled, a keyway that was not cut, or an ear that is gone. */
function missing(between: Between): PartDefect {
  const side = between(0, 1) < 0.5 ? -1 : 1;
  const what = Math.floor(between(0, 4));
  const cut = between(0.33, 0.37);
  const hole = { bolt: what !== 0, pin: what !== 1, keyway: what !== 2 };
  const outline: Outline = (x, y) =>
    Math.max(
      outerEdge(x, y),
      boreEdge(x, y, hole.keyway),
      holeEdge(x, y, -side * EAR_AT, 0, BOLT),
      hole.bolt ? holeEdge(x, y, side * EAR_AT, 0, BOLT) : -1,
      hole.pin ? holeEdge(x, y, PIN.x, PIN.y, PIN.radius) : -1,
      what === 3 ? side * x - cut : -1,
    );
  return { outline, stain: () => false };
}

/** Distance to a blot with lobes, negative inside. */
function ragged(cx: number, cy: number, radius: number, between: Between, height: number): Outline {
  const lobes = [2, 3, 5, 7].map((n) => ({ n, height: between(0, height), phase: between(0, 6.283) }));
  return (x, y) => {
    const angle = Math.atan2(y - cy, x - cx);
    const edge = lobes.reduce(
      (r, lobe) => r + (lobe.height / Math.sqrt(lobe.n)) * Math.sin(lobe.n * angle + lobe.phase),
      1,
    );
    return length(x - cx, y - cy) - radius * edge;
  };
}

function mix(
  colour: [number, number, number],
  other: readonly [number, number, number],
  share: number,
): void {
  for (let c = 0; c < 3; c++) colour[c] += (other[c] - colour[c]) * share;
}
