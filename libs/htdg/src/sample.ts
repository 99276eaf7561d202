import type { GeneratorScale } from '@fsad/generator';
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
  { config, origin, scales }: HtdgModel,
  seeds: readonly number[],
): Promise<{ reconstructions: Tensor[]; samples: Tensor[][] }> {
  const opened: GeneratorScale[] = [];
  try {
    for (const [n, plan] of planScales(config, origin.colour).entries()) {
      opened.push(await openGenerator(engine, plan, scales[n]));
    }
    const hierarchy = hierarchyOf(config, opened);
    const samples: Tensor[][] = [];
    for (const seed of seeds) {
      const noise = seededNoise(seed);
      samples.push(
        await hierarchy.sample((n) => sampleNoise(n, origin.shots, hierarchy, noise, 'sample', config)),
      );
    }
    return { reconstructions: await hierarchy.reconstruct(), samples };
  } finally {
    for (const { network } of opened) network.dispose();
  }
}
