import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Argv, CommandModule } from 'yargs';
import { drawSplit, openDataset, selectTest, type Dataset, type TestItem } from '@fsad/datasets';
import { writeFolderAtomically } from '@fsad/detector';
import { method } from '@fsad/htdg';
import { trainingPage, type TestPicture } from '@fsad/reporting';
import { writeSplit, type Source, configure, evaluate, scoreImages, type Scored } from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { seedOf, threadsOf, withEngine } from '../options.ts';
import { duration } from '@fsad/files';
import { stageProgress } from '../progress.ts';
import { reporter } from './train.ts';

const SOURCE: Source = { dataset: 'generated', path: null, options: {}, class: 'surface' };

function builder(argv: Argv) {
  return withEngine(argv)
    .option('out', { type: 'string', default: 'runs/demo', describe: 'Folder for the model and the page' })
    .option('seed', { type: 'number', default: 0, describe: 'Root of all randomness' })
    .example('$0 demo', 'learn a surface from one picture and find the defects of others');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad demo`: the main job on the embedded dataset. */
export const demo: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  const seed = seedOf(argv.seed);
  const progress = stageProgress();
  const dataset = await openDataset(SOURCE.dataset);
  const split = await drawSplit(dataset, { class: SOURCE.class });
  const images = await Promise.all(split.train.map(({ id }) => dataset.image(id)));
  const purpose = { task: dataset.taskOf(SOURCE.class), shots: split.shots };
  const { config } = configure(method, { preset: 'fast-rotations', purpose });
  const detector = await method.create(config, {
    engine: argv.engine,
    threads: threadsOf(argv.threads),
  });
  const { engine } = detector;
  progress.say(`engine ${engine.name} (${engine.instructionSet}, ${engine.threads} threads)`);

  const start = performance.now();
  await detector.fit(images, { seed, report: reporter(progress), signal, checkpoints: argv.out });
  await writeSplit(argv.out, SOURCE, split);
  await detector.save(argv.out);
  const training = (performance.now() - start) / 1000;

  const { items } = selectTest(dataset, split);
  const tested = await scoreImages({
    detector,
    names: items.map(({ id }) => id),
    image: (i) => dataset.image(items[i].id),
    maps: true,
    signal,
    onProgress: (done) => progress.update('scoring', done, items.length),
  });
  const scoring = (performance.now() - start) / 1000 - training;
  const { auroc, aurocInterval } = evaluate(items, tested.scores, null);

  const page = await trainingPage({
    title: 'Defects of a surface, found after seeing one good picture',
    lead:
      'HTDG learned this surface from a single picture, scale by scale, and was then shown pictures it had never seen. ' +
      'Everything on this page was computed on this machine by the command you ran.',
    kicker: `HTDG · preset fast-rotations, three scales · engine ${engine.name} (${engine.instructionSet})`,
    seconds: { training, scoring },
    commands: [
      {
        purpose: 'Learn from the good pictures in a folder:',
        command: 'npx fsad train --folder my/good/pictures --out runs/mine',
      },
      {
        purpose: 'Then show where new pictures differ:',
        command: 'npx fsad localize runs/mine my/new/pictures --out runs/maps',
      },
    ],
    details: {
      dataset: 'generated surface, drawn by the project itself',
      'training images': split.shots,
      scales: config.pyramid.sizes.join(', '),
      'iterations a scale': config.training.iterations.rgb,
      transformations: 'four rotations',
      'fraction of patches': config.scoring.fraction,
      seed,
      engine: `${engine.name}, ${engine.instructionSet}, ${engine.threads} threads`,
      node: process.version,
    },
    training: images,
    scales: (await detector.scaleViews(images))[0],
    curves: (await detector.review(images)).curves,
    test: await testPictures(dataset, items, tested),
  });
  await writeFolderAtomically(argv.out, new Map([['index.html', Buffer.from(page)]]));
  detector.dispose();
  const address = pathToFileURL(resolve(join(argv.out, 'index.html')));
  process.stdout.write(
    `AUROC ${auroc.toFixed(3)} (95 % interval ${aurocInterval[0].toFixed(3)} to ${aurocInterval[1].toFixed(3)}) on ${items.length} test images, ` +
      `trained on ${split.shots} in ${duration(training)}\n` +
      `the page with heat maps: ${address.href}\n`,
  );
}

async function testPictures(
  dataset: Dataset,
  items: readonly TestItem[],
  { scores, maps }: Scored,
): Promise<TestPicture[]> {
  const pictures: TestPicture[] = [];
  for (const [i, { id, anomalous, kind, hasMask }] of items.entries()) {
    const image = await dataset.image(id);
    const mask = hasMask ? await dataset.mask(id) : null;
    const map = maps?.[i] ?? null;
    pictures.push({ name: id, score: scores[i].value, anomalous, kind, image, map, mask });
  }
  return pictures;
}
