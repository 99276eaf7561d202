import type { Image } from '@fsad/images';
import { randomStream, type RandomStream } from '@fsad/tensors';
import { BOSS, length, wholePart, type Outline } from './part-outline.ts';
import type { PartDefect } from './part-defects.ts';

/** Side of a picture of the part in pixels, unless another is asked for. */
export const PART_SIDE = 256;

/** Width of the bevel along every edge. */
const BEVEL = 0.011;
const STEEL = [150, 152, 156] as const;
const MAT = [52, 58, 64] as const;

/** What differs from one picture of the part to the next: how it lay, how it was lit, and its tool marks. */
interface Scene {
  readonly shift: readonly [number, number];
  readonly cos: number;
  readonly sin: number;
  readonly scale: number;
  readonly lamp: readonly [number, number, number];
  readonly level: number;
  readonly tint: readonly [number, number, number];
  readonly marks: Float32Array;
  readonly fibres: Float32Array;
}

type Colour = [number, number, number];

/**
 * Draws one picture of a flange of brushed steel with a turned boss, bore, keyway and three holes on a dark mat, RGB:
 * moved by up to 2 % of the side and turned by up to 4 degrees, under a lamp that stands and shines a little differently.
 *
 * @param name stream of everything random in the picture; equal names and sides give equal pixels.
 * @param defect what damages the part; null for a good one.
 * @param side of the picture in pixels.
 */
export function drawPart(
  name: string,
  defect: PartDefect | null,
  side = PART_SIDE,
): { image: Image; mask: Image } {
  const scene = layPart(randomStream(0, name));
  const outline = defect?.outline ?? wholePart;
  const data = new Uint8Array(side * side * 3);
  const mask = new Uint8Array(side * side);
  const colour: Colour = [0, 0, 0];
  for (let row = 0; row < side; row++) {
    // A row at a time, so that large pictures need no noise of their own size.
    const grain = randomStream(0, `${name}/grain/${row}`).normal(side);
    for (let column = 0; column < side; column++) {
      const u = (column + 0.5) / side - 0.5;
      const v = (row + 0.5) / side - 0.5;
      const [x, y] = toPart(scene, u, v);
      const distance = outline(x, y);
      const metal = Math.max(0, Math.min(1, 0.5 - distance * side));
      if (metal < 1) shadeMat(scene, outline, x, y, colour);
      let damaged = false;
      if (metal > 0) {
        const steel: Colour = [0, 0, 0];
        shadeSteel(scene, outline, x, y, distance, steel);
        damaged = (defect?.stain(x, y, steel) ?? false) && metal > 0.5;
        for (let c = 0; c < 3; c++) colour[c] += (steel[c] - colour[c]) * metal;
      }
      if (defect && (damaged || changedSides(distance, wholePart(x, y)))) mask[row * side + column] = 255;
      const light = scene.level * (1 - 0.18 * (u * u + v * v)) + 0.008 * grain[column];
      for (let c = 0; c < 3; c++) {
        data[(row * side + column) * 3 + c] = exposed(colour[c] * scene.tint[c] * light);
      }
    }
  }
  return {
    image: { width: side, height: side, channels: 3, data },
    mask: { width: side, height: side, channels: 1, data: mask },
  };
}

function layPart(random: RandomStream): Scene {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const turn = between(-0.07, 0.07);
  const bearing = between(-2.25, -1.75);
  const warmth = between(-0.025, 0.025);
  return {
    shift: [between(-0.02, 0.02), between(-0.02, 0.02)],
    cos: Math.cos(turn),
    sin: Math.sin(turn),
    scale: between(0.985, 1.015),
    lamp: [0.55 * Math.cos(bearing), 0.55 * Math.sin(bearing), between(0.88, 1.02)],
    level: between(0.9, 1.07),
    tint: [1 + warmth, 1, 1 - warmth],
    marks: random.normal(4096),
    fibres: random.normal(4096),
  };
}

function toPart({ shift, cos, sin, scale }: Scene, u: number, v: number): [number, number] {
  const [dx, dy] = [(u - shift[0]) / scale, (v - shift[1]) / scale];
  return [dx * cos + dy * sin, dy * cos - dx * sin];
}

/** Whether metal is where none belongs, or gone where some does. */
const changedSides = (here: number, whole: number): boolean => here < 0 !== whole < 0;

/** The mat, with the shadow that the part throws on it. */
function shadeMat({ lamp, fibres }: Scene, outline: Outline, x: number, y: number, out: Colour): void {
  const reach = 0.028 / lamp[2];
  const above = outline(x + lamp[0] * reach, y + lamp[1] * reach);
  const shadow = 0.62 * smooth(0.012, -0.012, above);
  const weave = 1 + 0.05 * noise(fibres, x * 90, y * 90) + 0.04 * noise(fibres, x * 260 + 7, y * 260);
  for (let c = 0; c < 3; c++) out[c] = MAT[c] * weave * (1 - shadow);
}

/**
 * Steel under a near lamp seen from above: light falls off with its angle, and tool marks stretch the highlight across
 * themselves, a band over the brushed plate and a bow tie over the turned boss.
 */
function shadeSteel(
  { lamp, marks }: Scene,
  outline: Outline,
  x: number,
  y: number,
  distance: number,
  out: Colour,
): void {
  const radius = length(x, y);
  const turned = radius < BOSS;
  // Mirrored, so that the marks meet where the angle jumps.
  const angle = Math.abs(Math.atan2(y, x));
  const mark = turned
    ? noise(marks, radius * 300, angle * 5) + 0.6 * noise(marks, radius * 900, angle * 14 + 50)
    : noise(marks, y * 210, x * 9) + 0.6 * noise(marks, y * 640 + 31, x * 26);
  const [tx, ty] = turned && radius > 0 ? [-y / radius, x / radius] : [1, 0];
  let [nx, ny] = [-ty * 0.015 * mark, tx * 0.015 * mark];
  const bevel = smooth(-BEVEL, -0.25 * BEVEL, distance);
  if (bevel > 0) {
    const step = 1e-4;
    nx += 0.8 * bevel * ((outline(x + step, y) - outline(x - step, y)) / (2 * step));
    ny += 0.8 * bevel * ((outline(x, y + step) - outline(x, y - step)) / (2 * step));
  }
  const rise = Math.max(0, 1 - Math.abs(radius - BOSS) / 0.007);
  if (radius > 0) {
    nx += (0.75 * rise * x) / radius;
    ny += (0.75 * rise * y) / radius;
  }
  const norm = 1 / Math.sqrt(nx * nx + ny * ny + 1);
  const [lx, ly, lz] = [lamp[0] - x, lamp[1] - y, lamp[2]];
  const near = 1 / Math.sqrt(lx * lx + ly * ly + lz * lz);
  const facing = Math.max(0, (nx * lx + ny * ly + lz) * norm * near);
  // The half vector between lamp and eye, along and across the tool marks.
  const [hx, hy, hz] = [lx * near, ly * near, lz * near + 1];
  const half = 1 / Math.sqrt(hx * hx + hy * hy + hz * hz);
  const along = (tx * hx + ty * hy) * half;
  const across = (-ty * hx + tx * hy) * half - (-ty * nx + tx * ny);
  const gloss = Math.exp(-((along / 0.13) ** 2) - (across / 0.55) ** 2) * (1 - 0.7 * bevel);
  const tilted = (nx * hx + ny * hy + hz) * norm * half;
  const glint = bevel > 0 || rise > 0 ? Math.max(0, tilted) ** 40 * Math.max(bevel, rise) : 0;
  const level = 0.3 + 0.72 * facing * (1 + 0.035 * mark);
  const shine = 88 * gloss * (1 + 0.1 * mark) + 120 * glint;
  const inner = turned ? 1.04 : 1;
  for (let c = 0; c < 3; c++) out[c] = STEEL[c] * level * inner + shine;
}

/** Value noise of unit lattice, smooth between its points. */
function noise(table: Float32Array, x: number, y: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const upper = knot(table, ix, iy) + (knot(table, ix + 1, iy) - knot(table, ix, iy)) * sx;
  const lower = knot(table, ix, iy + 1) + (knot(table, ix + 1, iy + 1) - knot(table, ix, iy + 1)) * sx;
  return upper + (lower - upper) * sy;
}

/** The value at a point of the lattice. */
function knot(table: Float32Array, i: number, j: number): number {
  return table[(Math.imul(i, 1619) ^ Math.imul(j, 31337)) & 4095];
}

/** 0 at `from`, 1 at `to`, smooth between. */
function smooth(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** A camera's shoulder: bright light is compressed instead of cut. */
function exposed(value: number): number {
  const soft = value <= 200 ? value : 200 + 55 * (1 - Math.exp(-(value - 200) / 55));
  return Math.max(0, Math.min(255, Math.round(soft)));
}
