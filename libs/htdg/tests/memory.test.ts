import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { sampleImages } from '@fsad/detector/conformance';
import { openEngine } from '@fsad/patch-network';
import { trainingPyramid } from '@fsad/pyramid';
import { seededNoise } from '../src/noise.ts';
import { pyramidOf } from '../src/scales.ts';
import { trainScales } from '../src/trainer.ts';
import { small } from './small.ts';

it('a training of 400 iterations ends with the memory it had after 200', async () => {
  const base = small('fast', { iterations: 400, set: 'all' });
  const config = { ...base, pyramid: { ...base.pyramid, sizes: [20] } };
  const engine = await openEngine('auto', { threads: 2 });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const memory = (): number => {
    collect();
    return process.memoryUsage.rss();
  };
  let halfway = 0;
  await trainScales({
    engine,
    config,
    colour: 'rgb',
    noise: seededNoise(0),
    pyramid: trainingPyramid(sampleImages(3, 32, 1).train, pyramidOf(config)),
    report(event) {
      if (event.type === 'progress' && event.done === 200) halfway = memory();
    },
  });
  const grown = (memory() - halfway) / 2 ** 20;
  await engine.dispose();
  // The copies of one iteration are 0.3 MB: kept, they would add up to 60 MB and more.
  expect(grown).toBeLessThan(20);
});
