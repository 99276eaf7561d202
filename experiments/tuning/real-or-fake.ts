/**
 * How the score of ablations (b) and (c) of Table 1, which the paper does not give, may be taken from a discriminator of real and fake, on reserved validation images.
 *
 *   npx tsx experiments/tuning/real-or-fake.ts --data FOLDER --out results/real-or-fake/validation.jsonl [--variants b,c] [--iterations 25,1000] [--trials 90,91] [--threads 1]
 *
 * FOLDER is cifar-10-batches-bin. All ten classes, trials 90 and 91, which no result reports, or others, whose pictures Table 1 has; 300 validation images each; the preset `fast` with so many iterations, 25 unless given.
 * One JSON line a (variant, iterations, class, trial); those in the file are skipped, so it can be stopped and run again. About 10 s a line for (b), 40 s for (c),
 * a minute more for 1,000 iterations, one thread of a busy machine. Expected: (b) 54.5, (c) 56.9, by no way more than 2 points otherwise; (b)
 * 53.0 after 1,000 (results/real-or-fake).
 */
import { parseArgs } from 'node:util';
import { drawSplit, openDataset, selectTest, type Dataset } from '@fsad/datasets';
import {
  HtdgDetector,
  method,
  planScales,
  presets,
  pyramidOf,
  type HtdgConfig,
  type Variant,
} from '@fsad/htdg';
import { auroc } from '@fsad/metrics';
import { patchSide } from '@fsad/patch-network';
import { testPyramid } from '@fsad/pyramid';
import { scaleNormality } from '@fsad/scoring';
import type { Tensor } from '@fsad/tensors';
import { colourTransforms, planCopies, rotations, transformedBatch, type Transform } from '@fsad/transforms';
import { KeptLines } from './kept-lines.ts';

const VARIANTS: Readonly<Record<string, Variant>> = {
  b: 'no-transformations',
  c: 'augmentation',
};
const IMAGES = 300;
/** Nearer to 0 or 1 a probability is held, so that its logarithm is finite. */
const EDGE = 1e-7;

/** A way to make one number of the probabilities of real, of every patch and scale. */
interface Way {
  readonly transforms: readonly Transform[];
  /** How large a part of the patches counts, the least first. */
  readonly fraction: number;
  readonly of: (probability: number) => number;
}

const held = (p: number): number => Math.min(1 - EDGE, Math.max(EDGE, p));
const identity = rotations.slice(0, 1);
const WAYS: Readonly<Record<string, Way>> = {
  probability: { transforms: identity, fraction: 1, of: (p) => p },
  logarithm: { transforms: identity, fraction: 1, of: (p) => Math.log(held(p)) },
  logit: { transforms: identity, fraction: 1, of: (p) => Math.log(held(p) / (1 - held(p))) },
  'least tenth': { transforms: identity, fraction: 0.1, of: (p) => p },
  'all transformations': { transforms: colourTransforms, fraction: 1, of: (p) => p },
};

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    variants: { type: 'string', default: Object.keys(VARIANTS).join(',') },
    iterations: { type: 'string', default: '25' },
    trials: { type: 'string', default: '90,91' },
    threads: { type: 'string', default: '1' },
  },
});
const { data, out } = values;
if (!data || !out) throw new Error('--data FOLDER and --out FILE are needed');
const kept = await KeptLines.open(out);
const dataset = await openDataset('cifar10', { path: data });
for (const variant of values.variants.split(',')) {
  if (!VARIANTS[variant])
    throw new Error(`there is no variant ${variant}; there are ${Object.keys(VARIANTS).join(', ')}`);
  for (const iterations of values.iterations.split(',').map(Number)) {
    for (const className of dataset.classes) {
      for (const trial of values.trials.split(',').map(Number)) {
        const cell = { variant, iterations, class: className, trial };
        if (kept.has(cell)) continue;
        const aurocs = await evaluate(VARIANTS[variant], iterations, dataset, className, trial);
        await kept.add({ ...cell, images: IMAGES, aurocs });
        process.stderr.write(`${JSON.stringify({ ...cell, aurocs })}\n`);
      }
    }
  }
}
await dataset.close();

/** AUROC by way. */
async function evaluate(
  variant: Variant,
  iterations: number,
  dataset: Dataset,
  className: string,
  trial: number,
): Promise<Record<string, number>> {
  const { fast } = presets;
  const config: HtdgConfig = {
    ...fast,
    variant,
    training: { ...fast.training, iterations: { grey: iterations, rgb: iterations } },
  };
  const split = await drawSplit(dataset, { class: className, shots: 1, trial });
  const { items } = selectTest(dataset, split, { subset: 'validation', testSubset: IMAGES });
  const images = await Promise.all(items.map(({ id }) => dataset.image(id)));
  const detector = await method.create(config, { engine: 'auto', threads: Number(values.threads) });
  if (!(detector instanceof HtdgDetector)) throw new TypeError('the method made another detector');
  await detector.fit(await Promise.all(split.train.map(({ id }) => dataset.image(id))), {
    seed: trial,
    report: () => {},
  });
  const judged = (scores: readonly number[]): number =>
    Number(
      auroc(
        scores,
        items.map(({ anomalous }) => anomalous),
      ).toFixed(4),
    );
  try {
    const pyramids = images.map((image) => testPyramid([image], pyramidOf(config)));
    const found: Record<string, number> = {};
    for (const [name, way] of Object.entries(WAYS)) {
      if (way.transforms.length > 1 && variant !== 'augmentation') continue;
      found[name] = judged(await scoresOf(detector, pyramids, way));
    }
    return found;
  } finally {
    detector.dispose();
  }
}

/** Anomaly scores of images, given at every scale: the negative sum over the scales. */
async function scoresOf(
  { model, engine, config }: HtdgDetector,
  pyramids: readonly (readonly Tensor[])[],
  { transforms, fraction, of }: Way,
): Promise<number[]> {
  const totals = pyramids.map(() => 0);
  // Real is class 0 of both variants.
  const labels = transforms.map(() => 0);
  for (const [n, { side, discriminator }] of planScales(config, 'rgb').entries()) {
    const network = await engine.createDiscriminator(discriminator, model.scales[n].discriminator);
    const plan = planCopies(transforms, side, config.transforms.shift, 'separate');
    const patches = patchSide(config.network, side) ** 2;
    for (const [i, pyramid] of pyramids.entries()) {
      const probabilities = await network.score(transformedBatch(plan, pyramid[n], labels), null);
      const numbers = probabilities.map((canvas) => canvas.map(of));
      totals[i] -= scaleNormality(numbers, 1, patches, [fraction], config.scoring)[0][0];
    }
    network.dispose();
  }
  return totals;
}
