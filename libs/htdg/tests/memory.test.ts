import { expect, it } from 'vitest';
import { sampleImages } from '@fsad/detector/conformance';
import { openEngine } from '@fsad/patch-network';
import { trainingPyramid } from '@fsad/pyramid';
import { seededNoise } from '../src/noise.ts';
import { pyramidOf } from '../src/scales.ts';
import { trainScales } from '../src/trainer.ts';
import { small } from './small.ts';

it('a training of 200 iterations ends with the memory it had after ten', async () => {
  const base = small('fast', { iterations: 200, set: 'all' });
  const config = { ...base, pyramid: { ...base.pyramid, sizes: [20] } };
  const engine = await openEngine('auto', { threads: 2 });
  const memory = (): number => {
    globalThis.gc?.();
    return process.memoryUsage.rss();
  };
  let afterTen = 0;
  await trainScales({
    engine,
    config,
    colour: 'rgb',
    noise: seededNoise(0),
    pyramid: trainingPyramid(sampleImages(3, 32, 1).train, pyramidOf(config)),
    report(event) {
      if (event.type === 'progress' && event.done === 10) afterTen = memory();
    },
  });
  const grown = (memory() - afterTen) / 2 ** 20;
  await engine.dispose();
  // The copies of one iteration are 0.3 MB: kept, they would add up to 60 MB and more.
  expect(grown).toBeLessThan(40);
});
