import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Argv, CommandModule } from 'yargs';
import { printable, requireOutputFolder } from '@fsad/files';
import { hasFixedScale, localizePictures } from '@fsad/reporting';
import { openModel, readable, readPictures, stopped } from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { lookingForBad, withOnBadImage } from '../pictures.ts';
import { stageProgress } from '../progress.ts';
import { uncalibrated } from '../threshold.ts';

function builder(argv: Argv) {
  return withOnBadImage(withEngine(argv))
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .positional('pictures', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'Pictures or folders of pictures',
    })
    .option('out', { type: 'string', demandOption: true, describe: 'Folder for the heat maps' })
    .example(
      '$0 localize runs/mine my/new/pictures --out runs/maps',
      'heat maps over every picture of a folder',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad localize`: where pictures are anomalous. */
export const localize: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  const { out } = argv;
  await requireOutputFolder(out, '--out');
  const model = await openModel(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
  try {
    if (!model.detector.inspect) {
      const { name } = model.method;
      throw new Error(
        `${argv.model} is a model of ${name}, which says how anomalous a picture is but not where`,
      );
    }
    const shown = stageProgress();
    const progress = lookingForBad(shown, signal);
    const found = readPictures(argv.pictures, model, progress.say);
    const { good, bad } = await readable(found, (picture) => picture.image(), argv.onBadImage, progress);
    if (!hasFixedScale(model)) progress.say(uncalibrated(argv.model));
    const { pictures, broken } = await localizePictures({
      ...{ model, pictures: good, out, signal, leftOut: bad.map(({ message }) => message) },
      onProgress: (done, total) => shown.update('localising', done, total),
    });
    for (const { score, decision, map } of pictures) {
      const columns = [score.toFixed(6), ...(decision ? [decision] : []), printable(join(out, map))];
      process.stdout.write(`${columns.join('\t')}\n`);
    }
    if (broken) throw stopped(broken, pictures.length, good.length);
    progress.say(`the page: ${pathToFileURL(resolve(out, 'index.html')).href}`);
  } finally {
    model.detector.dispose();
  }
}
