import { drawSplit, openDataset, resolveDataPath, selectTest } from '@fsad/datasets';
import { HtdgDetector, type HtdgConfig } from '@fsad/htdg';
import { DECODER, tensorToImage, withChannels, type Image } from '@fsad/images';
import { openEngine, type EngineName } from '@fsad/patch-network';
import { methods, withoutEngine } from './methods.ts';
import type { Registry, ResolvedEngine } from './registry.ts';

/** The project's own methods, datasets and engines. */
export const registry: Registry = {
  methods,
  openDataset: (name, path) => openDataset(name, { path: path ?? resolveDataPath(name) ?? undefined }),
  drawSplit,
  chooseTest: (dataset, split, subset, count) =>
    selectTest(dataset, split, { subset, testSubset: count ?? undefined }),
  async resolveEngine(detector, requested) {
    const id = `${detector}\0${requested}`;
    const known = resolved.get(id) ?? resolve(detector, requested);
    resolved.set(id, known);
    return known;
  },
  shorten(detector, settings, colour) {
    if (detector !== 'htdg') return null;
    const config = settings as HtdgConfig;
    const { training } = config;
    // A step is a period of the generator: its other iterations cost less.
    const { iterations, generatorEvery: period } = training;
    return {
      steps: Math.ceil(iterations[colour] / period),
      settings: (steps) => ({
        ...config,
        training: { ...training, iterations: { grey: steps * period, rgb: steps * period } },
      }),
    };
  },
  drawSamples,
  decoder: DECODER,
};

const resolved = new Map<string, Promise<ResolvedEngine>>();

async function resolve(detector: string, requested: string): Promise<ResolvedEngine> {
  if (withoutEngine.includes(detector)) {
    return { name: 'none', runtime: requested, instructionSet: null, coreGroup: 1 };
  }
  if (detector === 'htdg') return patchEngine(requested);
  if (detector !== 'geom-on-samples') return generalEngine(requested);
  const patches = await patchEngine(requested);
  const general = await generalEngine(patches.runtime);
  return {
    name: `${patches.name}+${general.name}`,
    runtime: patches.runtime,
    instructionSet: `${patches.instructionSet}; ${general.instructionSet}`,
    coreGroup: general.coreGroup === 'all' ? 'all' : patches.coreGroup,
  };
}

/** What runs patch networks. */
async function patchEngine(requested: string): Promise<ResolvedEngine> {
  const engine = await openEngine(requested as EngineName | 'auto', { threads: 1 });
  const { name, instructionSet } = engine;
  await engine.dispose();
  const coreGroup = name === 'tensorflow-gpu' ? 'all' : name === 'tensorflow' ? 4 : 2;
  return { name, runtime: name, instructionSet, coreGroup };
}

/** What runs general networks. */
async function generalEngine(requested: string): Promise<ResolvedEngine> {
  const { openTfjs } = await import('@fsad/tensors/tfjs');
  const { backend, description } = await openTfjs({ engine: requested });
  const [version] = description.split(',');
  if (backend !== 'tensorflow')
    return { name: backend, runtime: backend, instructionSet: version, coreGroup: 1 };
  const name = description.endsWith('GPU') ? 'tensorflow-gpu' : 'tensorflow';
  return { name, runtime: name, instructionSet: version, coreGroup: name === 'tensorflow' ? 2 : 'all' };
}

/** Samples of the finest scale, of the first training image first; none from a method or variant without generator. */
async function drawSamples(detector: unknown, count: number): Promise<Image[]> {
  if (!(detector instanceof HtdgDetector) || detector.config.variant === 'no-generator') return [];
  const { shots, colour } = detector.model.origin;
  const seeds = Array.from({ length: Math.ceil(count / shots) }, (_, seed) => seed);
  const { samples } = await detector.generate(seeds);
  const finest = samples.map((scales) => scales[scales.length - 1]);
  const images = finest.flatMap((drawn) => Array.from({ length: shots }, (_, i) => tensorToImage(drawn, i)));
  return images.slice(0, count).map((image) => (colour === 'grey' ? withChannels(image, 1) : image));
}
