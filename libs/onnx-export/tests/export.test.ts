import { describe, expect, it } from 'vitest';
import { tiled } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { compareExported, exportModel, RunningModel, TOLERANCE } from '../src/index.ts';
import { learned, surface } from './models.ts';

const named = (images: readonly Image[]) =>
  images.map((image, i) => ({ name: `picture ${i}`, image: async () => image }));

/** Pictures that were not learned from: at the side the file takes, larger and not square, smaller, and defective ones. */
function heldOut(side: number, channels: 1 | 3) {
  return named([
    surface('at its side', side, side, { channels }),
    surface('a defect', side, side, { channels, defective: true }),
    surface('large', 120, 90, { channels, defective: true }),
    surface('small', 26, 26, { channels }),
  ]);
}

/** The published code's scales, which its upsampling is made for. */
const published = ['pyramid.scaleFactor=0.8'];

describe.each([
  ['htdg', 'official', 3, published],
  ['htdg', 'official', 1, published],
  ['htdg', 'official-rotations', 3, published],
  ['htdg', 'official-paris', 3, published],
  ['htdg', 'paper', 3, []],
  ['htdg', 'fast', 3, []],
  ['htdg', 'fast', 1, []],
  ['htdg', 'fast-rotations', 3, []],
  ['htdg', 'smoke', 3, []],
  ['patchcore', 'smoke', 3, []],
  ['patchcore', 'smoke', 1, ['own={"radius":1,"doubt":2}']],
  ['patchcore', 'official', 3, ['size=72', 'crop=64', 'grid=8']],
  ['patchcore', 'global', 3, ['size=64']],
] as const)('%s, preset %s, %i channels', (method, preset, channels, set) => {
  it('gives scores, maps and decisions of its file that are those of the model', async () => {
    const model = await learned(method, preset, channels, set);
    try {
      const exported = await exportModel(model, 'the model');
      expect(exported.input.channels).toBe(channels);
      const compared = await compareExported(model, exported, heldOut(exported.input.width, channels));
      expect(compared.pictures).toBe(4);
      expect(compared.score).toBeLessThan(TOLERANCE);
      expect(compared.place).toBeLessThan(TOLERANCE);
    } finally {
      model.detector.dispose();
    }
  });
});

describe('a file', () => {
  it('of another model is told from the right one, by the picture they disagree on', async () => {
    const [model, other] = [
      await learned('patchcore', 'smoke'),
      await learned('patchcore', 'global', 3, ['size=64']),
    ];
    const exported = await exportModel(other, 'other');
    await expect(compareExported(model, exported, heldOut(64, 3))).rejects.toThrow(
      'the exported model disagrees on picture 0',
    );
    for (const { detector } of [model, other]) detector.dispose();
  });

  it('gives scores on both sides of its threshold', async () => {
    const model = await learned('patchcore', 'smoke');
    const exported = await exportModel(model, 'the model');
    const running = await RunningModel.open(exported);
    const found = [];
    for (const image of [surface('first', 48, 48), surface('a defect', 48, 48, { defective: true })])
      found.push(await running.inspect(exported.input.prepare(image)));
    expect(found.map(({ defective }) => defective)).toEqual([false, true]);
    for (const { score, defective } of found) expect(defective).toBe(score > 0.5);
    await running.dispose();
    model.detector.dispose();
  });

  it('is refused for a model without a threshold, of tiles, and of a method that brings no graph', async () => {
    const model = await learned('patchcore', 'smoke');
    const refused = (changes: object) => exportModel({ ...model, ...changes }, 'runs/m');
    await expect(refused({ calibration: null })).rejects.toThrow('fsad calibrate runs/m --good DIR');
    await expect(refused({ tiles: 2, detector: tiled(model.detector, 2) })).rejects.toThrow('2 x 2 tiles');
    const { score, fit, save, dispose } = model.detector;
    const plain = { channels: 3, score, fit, save, dispose };
    await expect(refused({ detector: plain })).rejects.toThrow(
      'a model of patchcore, which cannot be written',
    );
    model.detector.dispose();
  });
});
