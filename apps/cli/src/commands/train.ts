import type { StageProgress } from '@fsad/runner';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { writeFolderAtomically, type DetectorEvent } from '@fsad/detector';
import {
  configSchema,
  method,
  presets,
  readHeader,
  type HtdgDetector,
  type PresetName,
  type Variant,
} from '@fsad/htdg';
import type { Image } from '@fsad/images';
import { differences } from '@fsad/runner';
import { largeEnough, withOnBadImage } from '../bad-images.ts';
import { configure, defectFraction } from '../configure.ts';
import { interruptible } from '../interrupt.ts';
import { threadsOf } from '../open-model.ts';
import { withDataset, withEngine } from '../options.ts';
import { lossPicture, lossTable, writePicture } from '../pictures.ts';
import { duration } from '@fsad/files';
import { stageProgress } from '../progress.ts';
import { openSource, sourceOf, splitOf, writeSplit } from '../source.ts';

const VARIANTS = configSchema.shape.variant.options;

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
      default: 'hash' as const,
      describe: "How images are drawn; consecutive: the published code's groups",
    })
    .option('split-file', {
      type: 'string',
      describe: 'Take the split of --class, --shots and --trial from a file that fsad datasets split wrote',
    })
    .option('preset', {
      choices: Object.keys(presets) as PresetName[],
      default: 'fast' as PresetName,
      describe: 'official: the published code to the number; paper: its text; fast: ours',
    })
    .option('variant', {
      choices: VARIANTS,
      default: 'full' as Variant,
      describe: 'full, or an ablation of Table 1',
    })
    .option('iterations', { type: 'number', describe: 'Iterations a scale, instead of the preset’s' })
    .option('fraction', { type: 'number', describe: 'Fraction of least normal patches that makes the score' })
    .option('set', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Override a configuration key, e.g. training.learningRate=0.001',
    })
    .option('seed', { type: 'number', default: 0, describe: 'Root of all randomness' })
    .option('out', { type: 'string', demandOption: true, describe: 'The model folder to write' })
    .option('resume', { type: 'boolean', default: false, describe: 'Continue what was interrupted in --out' })
    .conflicts('images', ['shots', 'trial', 'split-file'])
    .conflicts('folder', ['dataset', 'images'])
    .example('$0 train --folder my/good/pictures --out runs/mine', 'all pictures of a folder')
    .example(
      '$0 train --dataset mnist --data data/mnist --class 3 --images 0 --preset official --out runs/m',
      'one digit, the published way',
    )
    .example(
      '$0 train --dataset cifar10 --class cat --shots 5 --trial 2 --out runs/cat',
      'five images drawn by the rule',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad train`: learn from k pictures. */
export const train: CommandModule<object, Arguments> = {
  command: 'train',
  describe: 'Learn what is normal from one or a few pictures',
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  if (!Number.isInteger(argv.seed)) throw new Error(`--seed takes a whole number, got ${argv.seed}`);
  if (existsSync(join(argv.out, 'config.json')) && !argv.resume) {
    throw new Error(`${argv.out} holds a model already; --resume continues it, another --out starts anew`);
  }
  const progress = stageProgress();
  const say = (text: string): void => progress.say(text);
  const source = sourceOf(argv);
  const dataset = await openSource(source, say);
  try {
    const split = await splitOf(dataset, source, argv, say);
    const fraction =
      argv.fraction ??
      (dataset.taskOf(source.class) === 'defects' ? defectFraction(argv.preset, split.shots) : undefined);
    const config = configure({ ...argv, fraction });
    const images = await Promise.all(
      split.train.map(async ({ id }) => largeEnough(await dataset.image(id), id)),
    );
    const detector = await method.create(config, {
      engine: argv.engine,
      threads: threadsOf(argv.threads),
    });
    const { engine } = detector;
    if (argv.resume) await requireSameTraining(argv.out, detector, images, argv.seed);
    say(
      `${split.shots} training ${split.shots === 1 ? 'image' : 'images'} of ${source.dataset}, class ${source.class}; ` +
        `preset ${argv.preset}; engine ${engine.name} (${engine.instructionSet}, ${engine.threads} threads)`,
    );
    const start = performance.now();
    await detector.fit(images, {
      seed: argv.seed,
      report: reporter(progress),
      signal,
      checkpoints: argv.out,
    });
    await writeSplit(argv.out, source, split);
    await detector.save(argv.out);
    await writePictures(argv.out, detector, images);
    say(`trained in ${duration((performance.now() - start) / 1000)}; the model is in ${argv.out}`);
    detector.dispose();
  } finally {
    await dataset.close();
  }
}

/** @throws Error when `directory` holds a training that these images, settings, seed or engine would not continue but begin anew. */
async function requireSameTraining(
  directory: string,
  detector: HtdgDetector,
  images: readonly Image[],
  seed: number,
): Promise<void> {
  if (!existsSync(join(directory, 'config.json'))) return;
  const { config, origin } = await readHeader(directory);
  const now = detector.originOf(images, seed);
  if (now.fingerprint === origin.fingerprint) return;
  const changed = differences(
    { ...config, ...origin, fingerprint: '' },
    { ...detector.config, ...now, fingerprint: '' },
  );
  throw new Error(
    `${directory} holds a training with other ${changed.length > 0 ? `settings (${changed.slice(0, 5).join('; ')})` : 'images'}; ` +
      'continue it as it was begun, or choose another --out',
  );
}

/** Draws progress with the latest losses behind it. */
export function reporter(progress: StageProgress): (event: DetectorEvent) => void {
  const losses = new Map<string, number>();
  let stage = '';
  return (event) => {
    if (event.type === 'note') progress.say(event.text);
    if (event.type === 'metric') losses.set(event.name.replace(/^.*\//, ''), event.value);
    if (event.type !== 'progress') return;
    if (event.stage !== stage) losses.clear();
    stage = event.stage;
    const note = [...losses].map(([name, value]) => `${name} ${value.toFixed(3)}`).join(' ');
    progress.update(event.stage, event.done, event.total, note);
  };
}

async function writePictures(
  directory: string,
  detector: HtdgDetector,
  images: readonly Image[],
): Promise<void> {
  const { sheets, curves } = await detector.review(images);
  for (const [name, sheet] of Object.entries(sheets)) await writePicture(directory, `${name}.png`, sheet);
  const losses = await lossPicture(curves);
  const log = Buffer.from(lossTable(curves));
  await writeFolderAtomically(
    directory,
    new Map([
      ['losses.png', losses],
      ['log.csv', log],
    ]),
  );
}
