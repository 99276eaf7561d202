import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import type { Dataset, Split } from '@fsad/datasets';
import { requireTrainingImages, seenInTiles, tilesFor, type DetectorEvent } from '@fsad/detector';
import { requireNoInput, requireOutputFolder } from '@fsad/files';
import type { Image } from '@fsad/images';
import { trainingFiles } from '@fsad/reporting';
import {
  configure,
  keptTraining,
  largeEnough,
  methodNamed,
  OF_THE_PAPER,
  openSource,
  OWN_PICTURES,
  requireFree,
  requireLearned,
  resolveEngine,
  settingsAsked,
  trainInto,
} from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withDataset, withEngine, withSettings } from '../options.ts';
import { withOnBadImage } from '../pictures.ts';
import { stageProgress } from '../progress.ts';
import { requireNone, sourceOf, splitOf } from '../source.ts';

/** Options that decide what is learned from what: a training that is continued knows them. */
const DECIDED = [
  'class',
  'data',
  'dataDir',
  'dataOption',
  'images',
  'shots',
  'trial',
  'split',
  'splitFile',
  'method',
  'preset',
  'variant',
  'iterations',
  'fraction',
  'features',
  'set',
  'config',
  'tiles',
  'seed',
] as const;

/** What a training draws into its folder beside the model. */
const DRAWN = ['losses.png', 'scales.png'];

function builder(argv: Argv) {
  return withOnBadImage(withSettings(withEngine(withDataset(argv))))
    .option('folder', {
      type: 'string',
      describe: 'A folder of good pictures, every one learned from unless --shots is given',
    })
    .option('images', {
      type: 'string',
      describe: "Indices among the class's training images in file order, e.g. 0,5",
    })
    .option('shots', { type: 'number', describe: 'k, the number of training images drawn (1 unless given)' })
    .option('trial', { type: 'number', describe: 'Which draw, counted from 0' })
    .option('split', {
      choices: ['hash', 'consecutive'] as const,
      describe: "How images are drawn, hash unless given; consecutive: the published code's groups",
    })
    .option('split-file', {
      type: 'string',
      describe: 'Take the split of --class, --shots and --trial from a file that fsad datasets split wrote',
    })
    .option('method', {
      type: 'string',
      describe: `What learns: ${OWN_PICTURES} with --folder, ${OF_THE_PAPER} with --dataset, unless given; fsad compare --help lists them`,
    })
    .option('preset', {
      type: 'string',
      describe:
        'Settings by name: official, smoke, or another of the method’s; its settings for few images unless given',
    })
    .option('variant', { type: 'string', describe: `${OF_THE_PAPER}: full, or an ablation of Table 1` })
    .option('iterations', {
      type: 'number',
      describe: `${OF_THE_PAPER}: iterations a scale, instead of the preset’s`,
    })
    .option('fraction', {
      type: 'number',
      describe: `${OF_THE_PAPER}: fraction of least normal patches that makes the score`,
    })
    .option('features', {
      type: 'string',
      describe:
        'patchcore: an ONNX file whose first output are the features, instead of its own network; --set layers=[0,1] takes further ones',
    })
    .option('tiles', {
      type: 'string',
      describe:
        'Look at N x N parts of every picture, for small defects on large ones; auto unless given: 2 or 3 from 1281 pixels on',
    })
    .option('calibrate', {
      type: 'boolean',
      describe:
        'Find out what good pictures score, by training again without some; done with --folder unless --no-calibrate',
    })
    .option('seed', { type: 'number', describe: 'Root of all randomness, 0 unless given' })
    .option('out', { type: 'string', demandOption: true, describe: 'The model folder to write' })
    .option('resume', {
      type: 'boolean',
      default: false,
      describe: 'Continue what was interrupted in --out, which knows all other options',
    })
    .conflicts('images', ['shots', 'trial', 'split-file'])
    .conflicts('folder', ['dataset', 'images'])
    .example('$0 train --folder my/good/pictures --out runs/mine', 'all pictures of a folder')
    .example(
      '$0 train --dataset mnist --data data/mnist --class 3 --images 0 --preset official --out runs/m',
      'one digit, the published way',
    )
    .example('$0 train --resume --out runs/m', 'go on where it was stopped')
    .example('$0 train --method pixel-mse --folder my/good/pictures --out runs/floor', 'any other method')
    .example(
      '$0 train --dataset cifar10 --class cat --shots 5 --trial 2 --out runs/cat',
      'five images drawn by the rule',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad train`: learn from k pictures. */
export const train: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  requireFree(argv.out, argv.resume);
  await requireOutputFolder(argv.out, '--out');
  const drawn = DRAWN.map((name) => join(argv.out, name));
  await requireNoInput(drawn, [], '--out');
  const own = argv.folder !== undefined;
  const kept = argv.resume && !own && argv.dataset === undefined ? await keptTraining(argv.out) : null;
  if (kept) requireNone(argv, DECIDED, 'with --resume alone: the folder knows what it was begun with');
  const seed = kept?.seed ?? argv.seed ?? 0;
  const method = await methodNamed(kept?.method ?? argv.method ?? (own ? OWN_PICTURES : OF_THE_PAPER));
  const progress = stageProgress();
  const say = (text: string): void => progress.say(text);
  const source = kept?.learned.source ?? sourceOf(argv);
  const dataset = await openSource(source, say);
  try {
    const split = kept?.learned.split ?? (await splitOf(dataset, source, argv, say));
    if (kept) await requireLearned(dataset, split, argv.out);
    const { variant, iterations, fraction, features } = argv;
    const { preset = 'as begun', config } = kept
      ? { preset: kept.preset, config: method.parseConfig(kept.config) }
      : configure(method, {
          preset: argv.preset,
          purpose: { task: dataset.taskOf(source.class), shots: split.shots },
          shorthands: { variant, iterations, fraction, features },
          set: await settingsAsked(argv),
        });
    const tiles = kept?.tiles ?? (await tilesAsked(argv.tiles ?? 'auto', own, dataset, split));
    const images: Image[] = [];
    for (const { id } of split.train) {
      // Each reduced before the next is read: photographs are large.
      const picture = largeEnough(await dataset.image(id), id, method.smallestSide ?? 1);
      images.push(...seenInTiles([picture], tiles));
    }
    requireTrainingImages(method.name, images);
    const asked = argv.engine === 'auto' ? (kept?.runtime ?? 'auto') : argv.engine;
    const engine = await resolveEngine(method.engine, asked);
    const threads = threadsOf(argv.threads);
    const training = { method, config, preset, source, split, images, tiles, engine, threads, seed };
    const calibrates = argv.calibrate ?? kept?.calibrates ?? own;
    const report = (event: DetectorEvent): void => progress.report(event);
    const watch = { signal, report, say, draw: trainingFiles };
    await trainInto(argv.out, { ...training, calibrates }, watch);
  } finally {
    await dataset.close();
  }
}

async function tilesAsked(asked: string, own: boolean, dataset: Dataset, { train }: Split): Promise<number> {
  if (asked === 'auto') {
    if (!own) return 1;
    return tilesFor(await Promise.all(train.map(({ id }) => dataset.shapeOf?.(id) ?? dataset.image(id))));
  }
  const tiles = Number(asked);
  if (Number.isInteger(tiles) && tiles >= 1) return tiles;
  throw new Error(`--tiles takes auto or a whole number of at least 1, got "${asked}"`);
}
