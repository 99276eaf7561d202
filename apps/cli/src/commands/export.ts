import type { Argv, CommandModule } from 'yargs';
import { replaceFile, requireOutputFile } from '@fsad/files';
import { compareExported, exportedText, exportModel } from '@fsad/onnx-export';
import {
  openModel,
  openSource,
  readPictures,
  readSplit,
  type NamedPicture,
  type OpenedModel,
} from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { stageProgress } from '../progress.ts';

function builder(argv: Argv) {
  return withEngine(argv)
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .option('out', { type: 'string', demandOption: true, describe: 'The ONNX file to write' })
    .option('pictures', {
      type: 'string',
      array: true,
      describe: 'Pictures or folders of pictures to compare on, instead of those learned from',
    })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 export runs/mine --out mine.onnx', 'for Python, C#, a browser: docs/export.md');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad export`: a model as one ONNX file, which is written once it has given what the model gives. */
export const exportOnnx: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  await requireOutputFile(argv.out, '--out');
  const model = await openModel(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
  try {
    const progress = stageProgress();
    const exported = await exportModel(model, argv.model);
    const { pictures, close } = await picturesOf(argv, model, (text) => progress.say(text));
    try {
      const onProgress = (done: number, total: number): void => progress.update('comparing', done, total);
      const compared = await compareExported(model, exported, pictures, { signal, onProgress });
      await replaceFile(argv.out, exported.file);
      const { out, json } = argv;
      const { file, opset, input } = exported;
      const shape = [1, input.channels, input.height, input.width];
      const found = { out, bytes: file.length, opset, shape, preparation: input.preparation, compared };
      process.stdout.write(`${json ? JSON.stringify(found, null, 2) : exportedText(found)}\n`);
    } finally {
      await close();
    }
  } finally {
    model.detector.dispose();
  }
}

/** Those named, or those learned from. */
async function picturesOf(
  argv: Arguments,
  model: OpenedModel,
  say: (text: string) => void,
): Promise<{ pictures: readonly NamedPicture[]; close: () => Promise<void> }> {
  if (argv.pictures)
    return { pictures: readPictures(argv.pictures, model, say), close: async () => undefined };
  const { source, split } = await readSplit(argv.model);
  const dataset = await openSource(source, say);
  const pictures = split.train.map(({ id }) => ({ name: id, image: () => dataset.image(id) }));
  return { pictures, close: () => dataset.close() };
}
