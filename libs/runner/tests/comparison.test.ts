import { expect, it } from 'vitest';
import type { HtdgConfig } from '@fsad/htdg';
import { registry } from '../src/default-registry.ts';
import { comparedMethods, comparison, methodNamed, parseCompared, wholeExperiment } from '../src/index.ts';
import { prepare } from '../src/plan/index.ts';

const request = {
  dataset: 'mnist',
  classes: ['3'],
  methods: comparedMethods,
  shots: [1],
  trials: 1,
} as const;

it('every method has a preset at every budget', async () => {
  for (const { detector, preset } of (await comparison(request)).methods) {
    const { presets, name } = await methodNamed(detector);
    for (const one of typeof preset === 'string' ? [preset] : Object.values(preset))
      expect(Object.keys(presets), name).toContain(one);
  }
});

it('names the methods there are for an unknown one, and keeps the order of the table', () => {
  expect(() => parseCompared('geom,gome')).toThrow('no method "gome"; there are all, htdg, geom');
  expect(parseCompared('pixel-mse,htdg')).toEqual(['htdg', 'pixel-mse']);
});

it('differnet without feature weights is differnet-random', async () => {
  const of = async (featureWeights?: string) =>
    (await comparison({ ...request, methods: ['differnet'], featureWeights })).methods[0];
  expect(await of()).toMatchObject({ detector: 'differnet-random' });
  expect(await of('w')).toMatchObject({ detector: 'differnet', set: { featureWeights: 'w' } });
});

it('defects are scored by the least normal patches with HTDG: 5 % at one shot, 10 % at five (Sec. 4.2)', async () => {
  const experiment = await comparison({
    ...request,
    dataset: 'generated',
    classes: ['surface'],
    methods: ['htdg'],
    shots: [1, 5],
  });
  const prepared = await prepare(wholeExperiment(experiment, 'reduced'), registry);
  try {
    const fractions = [...prepared.cells()].map(({ use, cell: { shots } }) => {
      const place = {
        dataset: 'generated',
        class: 'surface',
        shots,
        colour: 'rgb',
        task: 'defects',
      } as const;
      return (prepared.settings(use, place) as HtdgConfig).scoring.fraction;
    });
    expect(fractions).toEqual([0.05, 0.1]);
  } finally {
    await prepared.close();
  }
});
