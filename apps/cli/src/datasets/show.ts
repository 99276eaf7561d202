import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { drawSplit, openDataset } from '@fsad/datasets';
import { writePicture } from '@fsad/images';
import { configure, methodNamed, OF_THE_PAPER } from '@fsad/runner';
import { stageProgress } from '../progress.ts';
import { named, withNamed } from './named.ts';

function builder(argv: Argv) {
  return withNamed(argv)
    .option('class', { type: 'string', describe: 'The normal class; the first unless given' })
    .option('shots', {
      type: 'number',
      describe: 'How many training images to show; 5, or all where there are fewer, unless given',
    })
    .option('trial', { type: 'number', default: 0, describe: 'Which draw, counted from 0' })
    .option('preset', {
      type: 'string',
      describe: `Settings of ${OF_THE_PAPER} to show; its settings for few images unless given`,
    })
    .option('out', {
      type: 'string',
      describe: 'Folder for the pictures; runs/show/DATASET-CLASS unless given',
    })
    .example(
      '$0 datasets show cifar10 --class ship --data my/cifar',
      'training images as a method sees them',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad datasets show`: training images as a method sees them. */
export const show: CommandModule<object, Arguments> = {
  command: 'show [dataset]',
  describe: 'Draw training images before and after equalisation, every transformation, and the pyramid',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    const { name, path, options } = named(argv);
    const method = await methodNamed(OF_THE_PAPER);
    const dataset = await openDataset(name, { path, options });
    try {
      const { colour, colourWhy } = dataset;
      stageProgress().say(`opened as ${colour}${colourWhy === undefined ? '' : `, ${colourWhy}`}`);
      const className = argv.class ?? dataset.classes[0];
      const { trial, shots = Math.max(1, Math.min(5, dataset.trainIds(className).length)) } = argv;
      const split = await drawSplit(dataset, { class: className, shots, trial });
      const images = await Promise.all(split.train.map(({ id }) => dataset.image(id)));
      const ids = split.train.map(({ id }) => id);
      const purpose = { task: dataset.taskOf(className), shots: split.shots };
      const { config } = configure(method, { ...argv, purpose });
      const sheets = await method.preview!(config, { title: `${name} ${className}`, images, ids });
      const folder = argv.out ?? join('runs', 'show', `${name}-${className}`);
      for (const [sheet, picture] of Object.entries(sheets)) {
        await writePicture(folder, `${sheet}.png`, picture);
        process.stdout.write(`${join(folder, `${sheet}.png`)}\n`);
      }
    } finally {
      await dataset.close();
    }
  },
};
