import { drawSplit, openDataset, resolveDataPath, selectTest } from '@fsad/datasets';
import { DECODER } from '@fsad/images';
import { resolveEngine } from './engines.ts';
import { methods } from './methods.ts';
import type { Registry } from './registry.ts';

/** The project's own methods, datasets and engines. */
export const registry: Registry = {
  methods,
  openDataset: (name, path, options) =>
    openDataset(name, { path: path ?? resolveDataPath(name) ?? undefined, options }),
  drawSplit,
  chooseTest: (dataset, split, { subset, testCount, limit }) =>
    selectTest(dataset, split, { subset, testSubset: testCount ?? undefined, limit }),
  resolveEngine,
  decoder: DECODER,
};
