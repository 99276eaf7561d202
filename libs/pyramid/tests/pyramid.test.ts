import { describe, expect, it } from 'vitest';
import { imageToTensor, type Image } from '@fsad/images';
import { tensor } from '@fsad/tensors';
import {
  fastPyramid,
  officialParisPyramid,
  officialPyramid,
  paperPyramid,
  scaleSizes,
  scalesOf,
  testPyramid,
  testSource,
  trainingPyramid,
  trainingSource,
  upsampleTo,
  type PyramidSettings,
} from '../src/index.ts';

function picture(side: number, channels: 1 | 3 = 3, width = side): Image {
  const data = Uint8Array.from({ length: width * side * channels }, (_, i) => (i * i + 31 * i) % 251);
  return { width, height: side, channels, data };
}

const presets: [string, PyramidSettings][] = [
  ['official', officialPyramid],
  ['paper', paperPyramid],
  ['fast', fastPyramid],
];

describe('scale sizes', () => {
  it('are those of docs/presets.md#2.5, 2.6 and 2.7', () => {
    expect(officialPyramid.sizes).toEqual([26, 32, 41, 51, 64]);
    expect(paperPyramid.sizes).toEqual([21, 27, 36, 48, 64]);
    expect(officialParisPyramid.sizes).toEqual([25, 31, 37, 44, 54, 64]);
  });

  it('follow ceil(finest * factor^(N - n)) without rounding accidents', () => {
    expect(scaleSizes(32, 0.5 ** (1 / 4), 5)).toEqual([16, 20, 23, 27, 32]);
    expect(scaleSizes(26, Math.sqrt(16 / 26), 3)).toEqual([16, 21, 26]);
    expect(scaleSizes(64, Math.sqrt(Math.sqrt(25 / 64)), 5)).toEqual([25, 32, 40, 51, 64]);
    expect(scaleSizes(100, 1, 1)).toEqual([100]);
  });
});

describe.each(presets)('the %s pyramid', (_, settings) => {
  it('gives k pictures one tensor a scale, coarsest first, in [-1, 1] but for overshoot', () => {
    const levels = trainingPyramid([picture(28, 1), picture(28, 1)], settings);
    expect(levels.map(({ shape }) => shape)).toEqual(settings.sizes.map((side) => [2, side, side, 3]));
    for (const { data } of levels) expect(data.every((v) => Math.abs(v) < 1.5)).toBe(true);
  });

  it('gives a picture the same scales in whichever company', () => {
    const both = testPyramid([picture(32), picture(40)], settings)[0];
    const alone = testPyramid([picture(40)], settings)[0];
    expect(both.data.subarray(alone.data.length)).toEqual(alone.data);
  });

  it('brings every scale to the side of the next', () => {
    const levels = testPyramid([picture(32)], settings);
    for (let n = 1; n < levels.length; n++) {
      expect(upsampleTo(levels[n - 1], n, settings).shape).toEqual(levels[n].shape);
    }
  });

  it('keeps a flat picture flat, up to one truncation', () => {
    const flat: Image = { width: 32, height: 32, channels: 1, data: new Uint8Array(1024).fill(90) };
    const [first] = testPyramid([flat], settings);
    const level = 2 * (90 / 255) - 1;
    const step = settings.quantise ? (3 * 2) / 255 : 1e-6;
    for (const value of first.data) expect(Math.abs(value - level)).toBeLessThanOrEqual(step);
  });

  it('never equalises test or grey pictures', () => {
    const plain = { ...settings, equalise: 'none' } as const;
    expect(testSource(picture(128), settings)).toEqual(testSource(picture(128), plain));
    expect(trainingSource(picture(64, 1), settings)).toEqual(trainingSource(picture(64, 1), plain));
    expect(trainingSource(picture(128), settings)).not.toEqual(trainingSource(picture(128), plain));
  });

  it('names the picture that is smaller than the receptive field', () => {
    expect(() => testPyramid([picture(32), picture(10)], settings)).toThrow(
      /picture 1: .* 10 x 10 .* 11 x 11/,
    );
  });
});

describe('the finest scale', () => {
  it('is the picture itself, but for 8-bit truncation under the official preset', () => {
    const images = imageToTensor(picture(64));
    const last = { official: scalesOf(images, officialPyramid)[4], paper: scalesOf(images, paperPyramid)[4] };
    expect(last.paper.data).toEqual(images.data);
    const lowered = images.data.map((v, i) => v - last.official.data[i]);
    expect(Math.max(...lowered)).toBeCloseTo(2 / 255, 5);
    expect(Math.min(...lowered)).toBe(0);
  });
});

describe('the published way to the input side', () => {
  it('cuts the middle of a picture that is not square, shorter side first', () => {
    const wide: Image = { width: 256, height: 128, channels: 1, data: new Uint8Array(256 * 128) };
    for (let y = 0; y < 128; y++) wide.data.fill(255, y * 256 + 64, y * 256 + 192);
    expect(testSource(wide, officialPyramid).data.every((v) => v === 1)).toBe(true);
    expect(trainingSource(wide, officialPyramid).data.every((v) => v === 1)).toBe(true);
  });

  it('stretches Paris pictures', () => {
    const source = trainingSource(picture(60, 3, 90), officialParisPyramid);
    expect(source.shape).toEqual([1, 450, 450, 3]);
    expect(testSource(picture(60, 3, 90), officialParisPyramid).shape).toEqual([1, 450, 450, 3]);
  });
});

describe('upsampleTo', () => {
  it('rejects images of another scale', () => {
    expect(() => upsampleTo(tensor([1, 32, 32, 3]), 1, officialPyramid)).toThrow(/scale before 1/);
    expect(() => upsampleTo(tensor([1, 64, 64, 3]), 5, officialPyramid)).toThrow(/scale before 5/);
  });

  it('rejects settings whose factor does not reach the next size', () => {
    const wrong = { ...officialPyramid, scaleFactor: 0.95 };
    expect(() => upsampleTo(tensor([1, 26, 26, 3]), 1, wrong)).toThrow(/disagree/);
  });
});
