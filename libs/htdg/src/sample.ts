import type { GeneratorScale, Hierarchy } from '@fsad/generator';
import type { Engine } from '@fsad/patch-network';
import type { Tensor } from '@fsad/tensors';
import type { HtdgModel } from './model.ts';
import { seededNoise } from './noise.ts';
import { planScales } from './scales.ts';
import { sampleNoise } from './train-scale.ts';
import { hierarchyOf, openGenerator } from './trainer.ts';

/**
 * Reconstructions and one random sample a seed of every scale, [k, S, S, 3] each, coarsest first (Eq. 1, 2, 15, 16).
 * @throws Error for a model without generator.
 */
export async function sampleModel(
  engine: Engine,
  model: HtdgModel,
  seeds: readonly number[],
): Promise<{ reconstructions: Tensor[]; samples: Tensor[][] }> {
  const hierarchy = await openHierarchy(engine, model);
  try {
    const samples: Tensor[][] = [];
    for (const seed of seeds) samples.push(await drawSample(hierarchy, model, seed, 'sample'));
    return { reconstructions: await hierarchy.reconstruct(), samples };
  } finally {
    close(hierarchy);
  }
}

/**
 * Random samples of the finest scale, round after round without end: each [k, S, S, 3], one of every training image in order, not clamped.
 * The generators are freed when the loop that consumes them is left.
 * @throws Error for a model without generator.
 */
export async function* finestSamples(engine: Engine, model: HtdgModel, seed: number): AsyncGenerator<Tensor> {
  const hierarchy = await openHierarchy(engine, model);
  try {
    for (let round = 0; ; round++) {
      yield (await drawSample(hierarchy, model, seed, `sample/round/${round}`)).at(-1)!;
    }
  } finally {
    close(hierarchy);
  }
}

/** One sample of every scale, its noise drawn from the streams `at` of `seed`. */
function drawSample(
  hierarchy: Hierarchy,
  { config, origin }: HtdgModel,
  seed: number,
  at: string,
): Promise<Tensor[]> {
  const noise = seededNoise(seed);
  return hierarchy.sample((n) => sampleNoise(n, origin.shots, hierarchy, noise, at, config));
}

async function openHierarchy(engine: Engine, { config, origin, scales }: HtdgModel): Promise<Hierarchy> {
  const opened: GeneratorScale[] = [];
  try {
    for (const [n, plan] of planScales(config, origin.colour).entries()) {
      opened.push(await openGenerator(engine, plan, scales[n]));
    }
  } catch (error) {
    for (const { network } of opened) network.dispose();
    throw error;
  }
  return hierarchyOf(config, opened);
}

function close({ scales }: Hierarchy): void {
  for (const { network } of scales) network.dispose();
}
