import { basename, extname, join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { commonRange, contactSheet, heatMapOverlay, type Image } from '@fsad/images';
import { openModel, scoreImages } from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { readable, readPictures, sightOf, withOnBadImage, writePicture } from '../pictures.ts';
import { stageProgress } from '../progress.ts';

/** Pictures on the overview sheet, most anomalous first. */
const ON_SHEET = 24;

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
  command: 'localize <model> <pictures..>',
  describe: 'Draw heat maps over pictures, on one common scale',
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  const model = await openModel(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
  try {
    if (!model.detector.inspect) {
      const { name } = model.method;
      throw new Error(
        `${argv.model} is a model of ${name}, which says how anomalous a picture is but not where`,
      );
    }
    const progress = stageProgress();
    const { good: pictures } = await readable(
      readPictures(argv.pictures, sightOf(model), (text) => progress.say(text)),
      (picture) => picture.image(),
      argv.onBadImage,
      progress,
      signal,
    );
    const { scores, maps: found } = await scoreImages({
      detector: model.detector,
      names: pictures.map(({ name }) => name),
      image: (i) => pictures[i].image(),
      maps: true,
      signal,
      onProgress: (done) => progress.update('localising', done, pictures.length),
    });
    const maps = found ?? [];
    const range = commonRange(maps);
    const names = fileNames(pictures.map(({ name }) => name));
    const order = scores.map((_, i) => i).sort((a, b) => scores[b].value - scores[a].value);
    const sheet: { name: string; views: [Image, Image] }[] = [];
    for (const i of order) {
      const image = await pictures[i].image();
      const overlay = heatMapOverlay(image, maps[i], range);
      await writePicture(argv.out, names[i], overlay);
      process.stdout.write(`${scores[i].value.toFixed(6)}\t${join(argv.out, names[i])}\n`);
      if (sheet.length < ON_SHEET)
        sheet.push({ name: `${names[i]}  ${scores[i].value.toFixed(3)}`, views: [image, overlay] });
    }
    const overview = contactSheet(
      sheet.map(({ views }) => views),
      {
        title: 'Most anomalous first',
        subtitle:
          'One colour scale for all pictures: from the median of all values to the 99.5th percentile.',
        rows: sheet.map(({ name }) => name),
      },
    );
    await writePicture(argv.out, 'overview.png', overview);
  } finally {
    model.detector.dispose();
  }
}

/** `a/b.jpg` -> `b.png`; numbered where two would be equal. */
function fileNames(paths: readonly string[]): string[] {
  const taken = new Map([['overview', 1]]);
  return paths.map((path) => {
    const stem = basename(path, extname(path));
    const times = (taken.get(stem) ?? 0) + 1;
    taken.set(stem, times);
    return times === 1 ? `${stem}.png` : `${stem}-${times}.png`;
  });
}
