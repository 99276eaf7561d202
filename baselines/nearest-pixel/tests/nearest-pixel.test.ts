import { describe, expect, it } from 'vitest';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { method } from '../src/index.ts';
import { differenceMap, nearestImage } from '../src/nearest.ts';

describe.each([1, 3] as const)('with %i channels', (channels) =>
  detectorConformance(method, { config: { size: 16 }, images: sampleImages(channels, 16, 3) }),
);

it('finds the nearest training image, the first of equals, and its mean squared difference', () => {
  const train = Float32Array.of(5, 5, 1, 3, 3, 1);
  expect(nearestImage(Float32Array.of(2, 2), train)).toEqual({ index: 1, distance: 1 });
});

it('maps the squared differences to the nearest image, averaged over channels', () => {
  const train = Float32Array.of(0, 0, 0, 0, 9, 9, 9, 9);
  expect([...differenceMap(Float32Array.of(1, 3, 0, 0), train, 2)]).toEqual([5, 0]);
});
