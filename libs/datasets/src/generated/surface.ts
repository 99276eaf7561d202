import type { Image } from '@fsad/images';
import { randomStream, type RandomStream } from '@fsad/tensors';
import type { Defect } from './defects.ts';
import { SURFACE_SIDE } from './surface-side.ts';

type Colour = readonly [number, number, number];

/** What differs from one picture of the cloth to the next: how it lay, how it was lit, and its yarns. */
interface Cloth {
  readonly turn: number;
  readonly shift: readonly [number, number];
  readonly pitch: readonly [number, number];
  readonly waves: readonly {
    readonly kx: number;
    readonly ky: number;
    readonly phase: number;
    readonly height: number;
  }[];
  readonly light: readonly [number, number, number];
  readonly tint: Colour;
  readonly yarns: Float32Array;
  readonly fibres: Float32Array;
}

const YARNS = 64;
const WARP: Colour = [58, 84, 112];
const WEFT: Colour = [186, 170, 138];

/**
 * Draws one picture of a 2/2 twill of blue warp and sand weft under raking light, `SURFACE_SIDE` square, RGB.
 *
 * @param name stream of everything random in the cloth; equal names give equal pictures.
 * @param defect what damages it; null for good cloth.
 */
export function drawSurface(name: string, defect: Defect | null): { image: Image; mask: Image } {
  const cloth = layCloth(randomStream(0, name));
  const side = SURFACE_SIDE;
  const data = new Uint8Array(side * side * 3);
  const mask = new Uint8Array(side * side);
  const grain = randomStream(0, `${name}/grain`).normal(side * side);
  const sample: [number, number, number] = [0, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let [red, green, blue] = [0, 0, 0];
      // Four samples a pixel: yarn edges are finer than one.
      for (let s = 0; s < 4; s++) {
        const px = x + 0.25 + 0.5 * (s & 1);
        const py = y + 0.25 + 0.5 * (s >> 1);
        const moved = defect?.displace(px, py);
        shade(cloth, moved ? moved[0] : px, moved ? moved[1] : py, sample);
        red += sample[0];
        green += sample[1];
        blue += sample[2];
      }
      const light = lighting(cloth.light, x, y) + 0.018 * grain[y * side + x];
      sample[0] = (red / 4) * light;
      sample[1] = (green / 4) * light;
      sample[2] = (blue / 4) * light;
      if (defect?.stain(x + 0.5, y + 0.5, sample)) mask[y * side + x] = 255;
      for (let c = 0; c < 3; c++)
        data[(y * side + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(sample[c])));
    }
  }
  return {
    image: { width: side, height: side, channels: 3, data },
    mask: { width: side, height: side, channels: 1, data: mask },
  };
}

function layCloth(random: RandomStream): Cloth {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  return {
    turn: between(-0.03, 0.03),
    shift: [between(0, 32), between(0, 32)],
    pitch: [between(7.8, 8.2), between(7.8, 8.2)],
    waves: Array.from({ length: 4 }, (_, i) => {
      const angle = between(0, 2 * Math.PI);
      const length = between(40, 110);
      const k = (2 * Math.PI) / length;
      return {
        kx: k * Math.cos(angle),
        ky: k * Math.sin(angle),
        phase: between(0, 6.283),
        height: i < 2 ? 0.9 : 0.5,
      };
    }),
    light: [between(0.96, 1.04), between(-0.09, 0.09), between(-0.09, 0.09)],
    tint: [between(0.98, 1.02), between(0.98, 1.02), between(0.98, 1.02)],
    yarns: random.normal(2 * YARNS),
    fibres: random.normal(4096),
  };
}

function lighting([level, across, down]: Cloth['light'], x: number, y: number): number {
  const u = (2 * x) / SURFACE_SIDE - 1;
  const v = (2 * y) / SURFACE_SIDE - 1;
  return level + across * u + down * v - 0.05 * (u * u + v * v);
}

/** Colour of the cloth at a point, before lighting: which yarn lies on top, its roundness, its twist, its own shade. */
function shade(cloth: Cloth, x: number, y: number, out: [number, number, number]): void {
  let [wx, wy] = [x, y];
  for (const wave of cloth.waves) {
    const bend = wave.height * Math.sin(wave.kx * x + wave.ky * y + wave.phase);
    wx += bend * wave.ky * 14;
    wy -= bend * wave.kx * 14;
  }
  const u = (wx - cloth.turn * wy + cloth.shift[0]) / cloth.pitch[0] + 8;
  const v = (wy + cloth.turn * wx + cloth.shift[1]) / cloth.pitch[1] + 8;
  const column = Math.floor(u);
  const row = Math.floor(v);
  const step = (((column - row) % 4) + 4) % 4;
  const warpOnTop = step < 2;
  // Along the yarn on top: a float spans two crossings; -1 and 1 are where it dives.
  const across = warpOnTop ? u - column - 0.5 : v - row - 0.5;
  const along = warpOnTop
    ? step === 0
      ? 1 - (v - row)
      : -(v - row)
    : step === 2
      ? u - column - 1
      : u - column;
  const yarn = warpOnTop ? column & (YARNS - 1) : YARNS + (row & (YARNS - 1));
  const roundness = 1 - 2.3 * across * across;
  const dive = 1 - 0.42 * along ** 4;
  const twist = 0.055 * Math.sin(2 * Math.PI * (2.1 * along + 2.2 * across + 0.37 * yarn));
  const fibre =
    0.05 * cloth.fibres[(yarn * 131 + Math.floor(across * 9 + 8) * 17 + Math.floor(along * 3 + 8)) & 4095];
  const shadow = 0.16 * across;
  const level = Math.max(0.12, roundness * dive * (1 + 0.05 * cloth.yarns[yarn]) + twist + fibre - shadow);
  const colour = warpOnTop ? WARP : WEFT;
  for (let c = 0; c < 3; c++) out[c] = colour[c] * cloth.tint[c] * level;
}
