/**
 * Settings of the preset `fast`, compared on the reserved validation images: test images stay closed.
 *
 *   npx tsx experiments/tuning/fast.ts --data FOLDER --out results/fast/validation.jsonl [--settings a,b] [--all] [--threads 1]
 *
 * FOLDER holds mnist, fashion-mnist and cifar-10-batches-bin. Nine triples (dataset, class, image), with --all 22; trials 90 to 99, which no result
 * reports; 300 validation images each, in the proportions of their kinds. One JSON line a (setting, triple); those in the file
 * are skipped, so it can be stopped and run again. Seconds are processor seconds of the whole process: they do not
 * depend on what else the machine does, and halve on two cores.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawSplit, openDataset, selectTest, type DatasetName } from '@fsad/datasets';
import { method, presets, type HtdgConfig } from '@fsad/htdg';
import { columns, judge } from '@fsad/runner';
import { KeptLines } from './kept-lines.ts';

const TRIPLES: readonly (readonly [DatasetName, string, string, number])[] = [
  ['mnist', 'mnist', '3', 90],
  ['mnist', 'mnist', '5', 91],
  ['mnist', 'mnist', '8', 92],
  ['fashion-mnist', 'fashion-mnist', 't-shirt', 90],
  ['fashion-mnist', 'fashion-mnist', 'coat', 91],
  ['fashion-mnist', 'fashion-mnist', 'sneaker', 92],
  ['cifar10', 'cifar-10-batches-bin', 'airplane', 90],
  ['cifar10', 'cifar-10-batches-bin', 'frog', 91],
  ['cifar10', 'cifar-10-batches-bin', 'horse', 92],
  ['mnist', 'mnist', '0', 93],
  ['mnist', 'mnist', '2', 94],
  ['mnist', 'mnist', '6', 95],
  ['fashion-mnist', 'fashion-mnist', 'pullover', 93],
  ['fashion-mnist', 'fashion-mnist', 'bag', 94],
  ['fashion-mnist', 'fashion-mnist', 'trouser', 95],
  ['cifar10', 'cifar-10-batches-bin', 'automobile', 93],
  ['cifar10', 'cifar-10-batches-bin', 'deer', 94],
  ['cifar10', 'cifar-10-batches-bin', 'ship', 95],
  ['cifar10', 'cifar-10-batches-bin', 'truck', 96],
  ['cifar10', 'cifar-10-batches-bin', 'bird', 97],
  ['cifar10', 'cifar-10-batches-bin', 'dog', 98],
  ['cifar10', 'cifar-10-batches-bin', 'cat', 99],
];
/** Those without --all. */
const FIRST = 9;
const IMAGES = 300;

/** A preset with so many iterations a scale, and what is changed in it. */
function setting(
  base: HtdgConfig,
  iterations: number | { grey: number; rgb: number },
  changes: {
    readonly sizes?: readonly number[];
    readonly padding?: 'same';
    readonly generatorEvery?: number;
    readonly variant?: 'no-generator';
  } = {},
): HtdgConfig {
  const sizes = [...(changes.sizes ?? base.pyramid.sizes)];
  return {
    ...base,
    variant: changes.variant ?? base.variant,
    pyramid: { ...base.pyramid, sizes },
    // A padded convolution of a window is no window of a padded convolution: copies cannot share.
    transforms: changes.padding ? { ...base.transforms, sharing: 'separate' } : base.transforms,
    network: {
      ...base.network,
      padding: changes.padding ?? base.network.padding,
      widths: sizes.map((side) => (side > 60 ? 64 : 32)),
    },
    training: {
      ...base.training,
      iterations: typeof iterations === 'number' ? { grey: iterations, rgb: iterations } : iterations,
      generatorEvery: changes.generatorEvery ?? base.training.generatorEvery,
    },
  };
}

const { fast, official, paper } = presets;
const always = { generatorEvery: 1 };
const SETTINGS: Readonly<Record<string, HtdgConfig>> = {
  'fast-12': setting(fast, 12),
  'fast-25': setting(fast, 25),
  'fast-50': setting(fast, 50),
  'fast-100': setting(fast, 100),
  /** The generator takes part in every iteration. */
  'always-12': setting(fast, 12, always),
  'always-25': setting(fast, 25, always),
  'always-50': setting(fast, 50, always),
  /** There is none: ablation (a). */
  'never-50': setting(fast, 50, { variant: 'no-generator' }),
  'always-100': setting(fast, 100, always),
  'always-same-6': setting(fast, 6, { ...always, padding: 'same' }),
  'always-same-12': setting(fast, 12, { ...always, padding: 'same' }),
  /** More than ten times the processor seconds of `fast`. */
  'official-ten-times': setting(official, { grey: 36, rgb: 21 }),
  'paper-12': setting(paper, 12),
};
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    settings: { type: 'string' },
    all: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
  },
});
const { data, out } = values;
if (!data || !out) throw new Error('--data FOLDER and --out FILE are needed');
const kept = await KeptLines.open(out);
const wanted = values.settings?.split(',') ?? Object.keys(SETTINGS);

for (const name of wanted) {
  const config = SETTINGS[name];
  if (!config) throw new Error(`there is no setting ${name}; there are ${Object.keys(SETTINGS).join(', ')}`);
  for (const [dataset, folder, className, trial] of TRIPLES.slice(0, values.all ? undefined : FIRST)) {
    const triple = `${dataset}/${className}/${trial}`;
    if (kept.has({ setting: name, triple })) continue;
    const result = await evaluate(config, dataset, join(data, folder), className, trial);
    await kept.add({ setting: name, triple, ...result });
    process.stderr.write(
      `${name} ${triple}: ${result.auroc.toFixed(3)} in ${result.training.toFixed(0)} processor seconds\n`,
    );
  }
}

async function evaluate(
  config: HtdgConfig,
  dataset: DatasetName,
  path: string,
  className: string,
  trial: number,
) {
  const opened = await openDataset(dataset, { path });
  const split = await drawSplit(opened, { class: className, shots: 1, trial });
  const { items } = selectTest(opened, split, { subset: 'validation', testSubset: IMAGES });
  const detector = await method.create(config, { engine: 'auto', threads: Number(values.threads) });
  const start = processorSeconds();
  await detector.fit(await Promise.all(split.train.map(({ id }) => opened.image(id))), {
    seed: trial,
    report: () => {},
  });
  const training = processorSeconds() - start;
  const scores = await detector.score(await Promise.all(items.map(({ id }) => opened.image(id))));
  const scoring = processorSeconds() - start - training;
  detector.dispose();
  await opened.close();
  const { auroc, perScale } = judge(columns(items, scores), null);
  return { auroc, perScale, training, scoring, images: items.length };
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
