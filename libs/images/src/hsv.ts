import type { Image } from './image.ts';

const SHIFT = 12;
const SATURATION = Int32Array.from({ length: 256 }, (_, v) => (v === 0 ? 0 : Math.round((255 << SHIFT) / v)));
const HUE = Int32Array.from({ length: 256 }, (_, diff) =>
  diff === 0 ? 0 : Math.round((180 << SHIFT) / (6 * diff)),
);

/** Which of [V, p, q, t] each of the three channels takes in a sixth of the hue circle. */
const SECTORS = [
  [1, 3, 0],
  [1, 0, 2],
  [3, 0, 1],
  [0, 2, 1],
  [0, 1, 3],
  [2, 1, 0],
];

/** The value channel of 8-bit HSV, max(R, G, B), row by row. */
export function valueChannel(image: Image): Uint8Array {
  const values = new Uint8Array(image.width * image.height);
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.max(image.data[3 * i], image.data[3 * i + 1], image.data[3 * i + 2]);
  }
  return values;
}

/**
 * Replaces the value channel by way of 8-bit HSV: hue in 180 steps and saturation in 256, as OpenCV rounds them (docs/presets.md#3.8). The first channel plays
 * OpenCV's blue, which is how the published code meets an RGB picture.
 */
export function scaleValue(image: Image, values: Uint8Array): Image {
  const data = new Uint8Array(image.data.length);
  const mixed = new Float32Array(4);
  for (let i = 0; i < values.length; i++) {
    const [hue, saturation] = hueAndSaturation(
      image.data[3 * i],
      image.data[3 * i + 1],
      image.data[3 * i + 2],
    );
    const position = Math.fround(hue * Math.fround(6 / 180));
    const sector = Math.floor(position);
    const f = Math.fround(position - sector);
    const s = Math.fround(saturation * Math.fround(1 / 255));
    const v = Math.fround(values[i] * Math.fround(1 / 255));
    mixed[0] = v;
    mixed[1] = v * Math.fround(1 - s);
    mixed[2] = v * Math.fround(1 - s * f);
    mixed[3] = v * Math.fround(1 - s * Math.fround(1 - f));
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.fround(mixed[SECTORS[sector % 6][c]] * 255);
  }
  return { ...image, data };
}

function hueAndSaturation(blue: number, green: number, red: number): [hue: number, saturation: number] {
  const value = Math.max(blue, green, red);
  const diff = value - Math.min(blue, green, red);
  const saturation = (diff * SATURATION[value] + (1 << (SHIFT - 1))) >> SHIFT;
  const turn =
    value === red ? green - blue : value === green ? blue - red + 2 * diff : red - green + 4 * diff;
  const hue = (turn * HUE[diff] + (1 << (SHIFT - 1))) >> SHIFT;
  return [hue < 0 ? hue + 180 : hue, saturation];
}
