import { drawSplit, openDataset, resolveDataPath, selectTest } from '@fsad/datasets';
import { DECODER } from '@fsad/images';
import { resolveEngine } from './engines.ts';
import { methods } from './methods.ts';
import type { Registry } from './registry.ts';

/** The project's own methods, datasets and engines. */
export const registry: Registry = {
  methods,
  openDataset: (name, path) => openDataset(name, { path: path ?? resolveDataPath(name) ?? undefined }),
  drawSplit,
  chooseTest: (dataset, split, subset, count) =>
    selectTest(dataset, split, { subset, testSubset: count ?? undefined }),
  resolveEngine,
  decoder: DECODER,
};
