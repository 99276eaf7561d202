import { drawSplit, selectTest, type Dataset, type DatasetName } from '@fsad/datasets';
import { methods, type Registry } from '@fsad/runner';
import { publishedTable } from '@fsad/reporting';

/** The paper’s classes of a dataset, a hundred training images and two test images each; every picture is one black pixel. */
function tinyDataset(name: DatasetName): Dataset {
  const classes = publishedTable('methods', name, 1)?.classes ?? [];
  const colour = name === 'mnist' || name === 'fashion-mnist' ? 'grey' : 'rgb';
  const channels = colour === 'grey' ? 1 : 3;
  return {
    name,
    classes,
    colour,
    options: {},
    fingerprint: `tiny ${name}`,
    stamp: 'tiny',
    warnings: [],
    taskOf: () => (name === 'mvtec' ? 'defects' : 'one-class'),
    fingerprintOf: () => `tiny ${name}`,
    ids: () => [],
    trainIds: (className) => Array.from({ length: 100 }, (_, i) => `${className}/train/${i}`),
    testItems: (className) =>
      [false, true].map((anomalous) => ({
        id: `${className}/test/${anomalous}`,
        anomalous,
        kind: anomalous ? 'bad' : 'good',
        hasMask: false,
      })),
    image: async () => ({ width: 1, height: 1, channels, data: new Uint8Array(channels) }),
    mask: async () => null,
    close: async () => undefined,
  };
}

/** The project's own methods on tiny copies of the paper's datasets. */
export const registry: Registry = {
  methods,
  openDataset: async (name) => tinyDataset(name),
  drawSplit,
  chooseTest: (dataset, split, { subset, testCount }) =>
    selectTest(dataset, split, {
      subset,
      testSubset: testCount === null ? undefined : Math.min(testCount, 2),
    }),
  resolveEngine: async (_, name) => ({ name, runtime: name, instructionSet: null, coreGroup: 1 }),
  decoder: 'none',
};
