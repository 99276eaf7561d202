import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { caveats } from '@fsad/calibration';
import { writeCalibration } from '@fsad/calibration/folder';
import {
  requireTrainingImages,
  seenInTiles,
  tiled,
  tilesFor,
  type Detector,
  type DetectorEvent,
  type LearningCurve,
} from '@fsad/detector';
import type { Dataset, Split } from '@fsad/datasets';
import type { Image } from '@fsad/images';
import { duration, requireNoInput, requireOutputFolder, writeFolderAtomically } from '@fsad/files';
import { trainingFiles } from '@fsad/reporting';
import {
  beginTraining,
  keptTraining,
  requireLearned,
  checkpointsOf,
  requireFree,
  whileTraining,
  calibrateModel,
  largeEnough,
  configure,
  methodNamed,
  partsOfTraining,
  OWN_PICTURES,
  resolveEngine,
  writeTiles,
  type ResolvedEngine,
} from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { seedOf, threadsOf, withDataset, withEngine } from '../options.ts';
import { withOnBadImage } from '../pictures.ts';
import { stageProgress } from '../progress.ts';
import { openSource, requireNone, sourceOf, splitOf } from '../source.ts';

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
  'tiles',
  'seed',
] as const;

/** What a training draws into its folder beside the model. */
const DRAWN = ['losses.png', 'scales.png'];

function builder(argv: Argv) {
  return withOnBadImage(withEngine(withDataset(argv)))
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
      describe: `What learns: ${OWN_PICTURES} with --folder, htdg with --dataset, unless given; fsad compare --help lists them`,
    })
    .option('preset', {
      type: 'string',
      describe:
        'Settings by name: official, smoke, or another of the method’s; its settings for few images unless given',
    })
    .option('variant', { type: 'string', describe: 'htdg: full, or an ablation of Table 1' })
    .option('iterations', { type: 'number', describe: 'htdg: iterations a scale, instead of the preset’s' })
    .option('fraction', {
      type: 'number',
      describe: 'htdg: fraction of least normal patches that makes the score',
    })
    .option('features', {
      type: 'string',
      describe:
        'patchcore: an ONNX file whose first output are the features, instead of its own network; --set layers=[0,1] takes further ones',
    })
    .option('set', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Override a configuration key, e.g. training.learningRate=0.001',
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
  const seed = kept?.seed ?? seedOf(argv.seed ?? 0);
  const method = await methodNamed(kept?.method ?? argv.method ?? (own ? OWN_PICTURES : 'htdg'));
  const progress = stageProgress();
  const say = (text: string): void => progress.say(text);
  const source = kept?.learned.source ?? sourceOf(argv);
  const dataset = await openSource(source, say);
  try {
    const split = kept?.learned.split ?? (await splitOf(dataset, source, argv, say));
    if (kept) await requireLearned(dataset, split, argv.out);
    const { shots } = split;
    const { variant, iterations, fraction, features } = argv;
    const { preset = 'as begun', config } = kept
      ? { preset: kept.preset, config: method.parseConfig(kept.config) }
      : configure(method, {
          ...argv,
          purpose: { task: dataset.taskOf(source.class), shots },
          shorthands: { variant, iterations, fraction, features },
          // An ONNX file's outputs count from 0; the blocks of the method's own network are not among them.
          set: [...(features?.endsWith('.onnx') ? ['layers=[0]'] : []), ...(argv.set ?? [])],
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
    const { name, numericVersion } = method;
    const using = inWords(engine, threads);
    const calibrates = argv.calibrate ?? kept?.calibrates ?? own;
    const { runtime } = engine;
    const decided = { method: name, numericVersion, engine: engineOf(engine), config, seed, tiles };
    const record = { ...decided, split: split.id, preset, calibrates, runtime };
    await whileTraining(argv.out, signal, async (held) => {
      const far = await beginTraining(argv.out, record, { source, split });
      if (far === 'finished') return say(`nothing is left to do; the model is in ${argv.out}`);
      const create = async (): Promise<Detector> =>
        cutting(await method.create(config, { engine: runtime, threads }), tiles);
      const isFitted = far === 'fitted';
      const detector = isFitted
        ? cutting(await method.load(argv.out, { engine: runtime, threads }), tiles)
        : await create();
      try {
        for (const line of wordsOnNumber(shots)) say(line);
        say(
          `${shots} training ${shots === 1 ? 'image' : 'images'} of ${source.dataset}, class ${source.class}; ` +
            `${name}, preset ${preset}; ${using}${tiles > 1 ? `; ${tiles} x ${tiles} tiles of each` : ''}`,
        );
        const start = performance.now();
        const curves = new Curves();
        const show = partsOfTraining(
          (event) => progress.report(event),
          { method, images, tiles },
          calibrates,
        );
        const report = (event: DetectorEvent): void => (curves.add(event), show.fit(event));
        if (!isFitted) {
          await detector.fit(images, { seed, report, signal: held, checkpoints: checkpointsOf(argv.out) });
          const review = (await detector.review?.(images)) ?? { sheets: {}, curves: curves.list() };
          await writeFolderAtomically(argv.out, await trainingFiles(review));
          // Before the model, which is finished with its own file.
          await writeTiles(argv.out, tiles);
          await detector.save(argv.out);
          await rm(checkpointsOf(argv.out), { recursive: true, force: true });
        }
        if (calibrates) {
          const made = await calibrateModel({
            method,
            detector,
            create,
            images,
            seed,
            tiles,
            signal: held,
            report: show.calibration,
          });
          for (const line of caveats(await writeCalibration(argv.out, made))) say(line);
        }
        say(`trained in ${duration((performance.now() - start) / 1000)}; the model is in ${argv.out}`);
      } finally {
        detector.dispose();
      }
    });
  } finally {
    await dataset.close();
  }
}

/** What the number of training pictures means, where it is outside of what few-shot methods are for. */
function wordsOnNumber(shots: number): string[] {
  if (shots <= 10) return [];
  return [
    `${shots} pictures are more than the ten that few-shot methods are made for: all are learned from, and time and memory grow with them`,
  ];
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

const cutting = (detector: Detector, tiles: number): Detector =>
  tiles > 1 ? tiled(detector, tiles) : detector;

/** An engine as it decides the last bits of what is learned. */
function engineOf({ name, instructionSet }: ResolvedEngine): string {
  return instructionSet === null ? name : `${name} ${instructionSet}`;
}

function inWords({ name, instructionSet }: ResolvedEngine, threads: number): string {
  if (name === 'none') return 'no engine needed';
  return `engine ${name} (${instructionSet ? `${instructionSet}, ` : ''}${threads} threads)`;
}

/** What a fit reports of its losses, for methods that keep none themselves. */
class Curves {
  readonly #byName = new Map<string, { steps: number[]; values: number[] }>();

  add(event: DetectorEvent): void {
    if (event.type !== 'metric') return;
    const { steps, values } = this.#byName.get(event.name) ?? { steps: [], values: [] };
    this.#byName.set(event.name, { steps, values });
    steps.push(event.step);
    values.push(event.value);
  }

  list(): LearningCurve[] {
    return [...this.#byName].map(([name, curve]) => ({ scale: null, name, ...curve }));
  }
}
