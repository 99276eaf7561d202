import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Argv, CommandModule } from 'yargs';
import { drawSplit, openDataset, selectTest, type Dataset, type TestItem } from '@fsad/datasets';
import { duration, writeFolderAtomically } from '@fsad/files';
import { trainingPage, type TestPicture } from '@fsad/reporting';
import {
  evaluate,
  fitModel,
  OWN_PICTURES,
  saveModel,
  scoreImages,
  writeSplit,
  type Scored,
  type Source,
} from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { seedOf, threadsOf, withEngine } from '../options.ts';
import { stageProgress } from '../progress.ts';

/** What is learned, and how its page is called. */
const CLASSES = [
  { name: 'part', title: 'Defects of a machined part, found after seeing one good picture' },
  { name: 'surface', title: 'Defects of a surface, found after seeing one good picture' },
] as const;

function builder(argv: Argv) {
  return withEngine(argv)
    .option('out', {
      type: 'string',
      default: 'runs/demo',
      describe: 'Folder for the models and their pages',
    })
    .option('seed', { type: 'number', default: 0, describe: 'Root of all randomness' })
    .example('$0 demo', 'learn a part and a surface from one picture each and find the defects of others');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad demo`: the main job on the embedded dataset. */
export const demo: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) =>
    interruptible(async (signal) => {
      for (const { name, title } of CLASSES) await learn(argv, name, title, signal);
    }),
};

async function learn(argv: Arguments, name: string, title: string, signal: AbortSignal): Promise<void> {
  const seed = seedOf(argv.seed);
  const progress = stageProgress();
  const out = join(argv.out, name);
  const source: Source = { dataset: 'generated', path: null, options: {}, class: name };
  const dataset = await openDataset(source.dataset);
  const split = await drawSplit(dataset, { class: name });
  const images = await Promise.all(split.train.map(({ id }) => dataset.image(id)));
  const threads = threadsOf(argv.threads);

  const start = performance.now();
  const fitted = await fitModel(images, {
    method: OWN_PICTURES,
    engine: argv.engine,
    threads,
    seed,
    signal,
    report: (event) => progress.report(event),
  });
  const { method, detector, engine } = fitted;
  try {
    await writeSplit(out, source, split);
    await saveModel(out, fitted);
    const training = (performance.now() - start) / 1000;

    const { items } = selectTest(dataset, split);
    const tested = await scoreImages({
      detector,
      names: items.map(({ id }) => id),
      image: (i) => dataset.image(items[i].id),
      maps: true,
      signal,
      onProgress: (done) => progress.update(`scoring the ${name}`, done, items.length),
    });
    const scoring = (performance.now() - start) / 1000 - training;
    const { auroc, aurocInterval } = evaluate(items, tested.scores, null);
    const computed = engine.instructionSet ? `${engine.name} (${engine.instructionSet})` : engine.name;
    const page = await trainingPage({
      title,
      lead:
        `${method.name} learned this ${name} from a single picture and was then shown pictures it had never seen. ` +
        'Everything on this page was computed on this machine by the command you ran.',
      kicker: `${method.name} · preset ${method.defaultPreset} · engine ${computed}`,
      seconds: { training, scoring },
      commands: [
        {
          purpose: 'Learn from the good pictures in a folder:',
          command: 'npx fsad train --folder my/good/pictures --out runs/mine',
        },
        {
          purpose: 'Then show where new pictures differ, and which are defective:',
          command: 'npx fsad localize runs/mine my/new/pictures --out runs/maps',
        },
      ],
      details: {
        dataset: `generated ${name}, drawn by the project itself`,
        'training images': split.shots,
        method: method.name,
        preset: method.defaultPreset,
        seed,
        engine: `${computed}, ${threads} threads`,
        node: process.version,
      },
      training: images,
      scales: [],
      curves: [],
      test: await testPictures(dataset, items, tested),
    });
    await writeFolderAtomically(out, new Map([['index.html', Buffer.from(page)]]));
    const address = pathToFileURL(resolve(join(out, 'index.html')));
    process.stdout.write(
      `${name}: AUROC ${auroc.toFixed(3)} (95 % interval ${aurocInterval[0].toFixed(3)} to ${aurocInterval[1].toFixed(3)}) ` +
        `on ${items.length} test images, learned from ${split.shots} in ${duration(training)}\n` +
        `its page with heat maps: ${address.href}\n`,
    );
  } finally {
    detector.dispose();
    await dataset.close();
  }
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
