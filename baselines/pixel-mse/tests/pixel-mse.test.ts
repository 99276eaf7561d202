import { describe, expect, it } from 'vitest';
import type { Image } from '@fsad/images';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { method, type PixelMseConfig } from '../src/index.ts';
import { meanSquaredError } from '../src/loss.ts';

const config: PixelMseConfig = { size: 16, form: 'matched' };
describe.each([1, 3] as const)('with %i channels', (channels) =>
  detectorConformance(method, { config, images: sampleImages(channels, 16, 3) }),
);

const flat = (level: number): Image => ({
  width: 2,
  height: 2,
  channels: 1,
  data: new Uint8Array(4).fill(level),
});
async function scores(form: PixelMseConfig['form'], train: number[], test: number[]): Promise<number[]> {
  const detector = await method.create({ size: 2, form }, { engine: 'auto', threads: 1 });
  await detector.fit(train.map(flat), { seed: 0, report: () => {} });
  return (await detector.score(test.map(flat))).map(({ value }) => value);
}

it('is the mean of the k mean squared errors (Sec. 4.3)', () => {
  expect(meanSquaredError(Float32Array.of(1, 2), Float32Array.of(0, 0, 3, 3))).toBe((1 + 4 + 4 + 1) / 4);
});

it('scores the training image itself 0, the minimum, at k = 1 (docs/baselines.md#7.1)', async () => {
  const [same, darker, lighter] = await scores('matched', [100], [100, 90, 120]);
  expect(same).toBe(0);
  expect(Math.min(darker, lighter)).toBeGreaterThan(0);
});

it('scores the mean image lowest at k = 5 (docs/baselines.md#7.1)', async () => {
  const [mean, ...others] = await scores('matched', [0, 50, 100, 150, 200], [100, 95, 105, 0, 200]);
  expect(Math.min(...others)).toBeGreaterThan(mean);
});

it('ranks by darkness in the mismatched form, whatever was learned (docs/presets.md#12.f)', async () => {
  const [dark, grey, learned] = await scores('mismatched', [200], [10, 100, 200]);
  expect(dark).toBeLessThan(grey);
  expect(grey).toBeLessThan(learned);
});
