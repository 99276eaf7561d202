import type { Argv, CommandModule } from 'yargs';
import { replaceFile, requireOutputFile } from '@fsad/files';
import { compareExported, exportModel, TOLERANCE } from '@fsad/onnx-export';
import { openModel, readPictures, readSplit, type NamedPicture, type OpenedModel } from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { stageProgress } from '../progress.ts';
import { openSource } from '../source.ts';

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
      report(argv, exported, compared);
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

function report(
  { out, json }: Arguments,
  { file, opset, input }: Awaited<ReturnType<typeof exportModel>>,
  compared: Awaited<ReturnType<typeof compareExported>>,
): void {
  const { width, height, channels, preparation } = input;
  if (json) {
    const shape = [1, channels, height, width];
    process.stdout.write(
      `${JSON.stringify({ out, bytes: file.length, opset, shape, preparation, compared }, null, 2)}\n`,
    );
    return;
  }
  const lines = [
    `${out}: ${(file.length / 1e6).toFixed(1)} MB, ONNX with operator set ${opset}, one picture [1, ${channels}, ${height}, ${width}] of levels 0 to 255`,
    `a picture is ${preparation.words}`,
    `compared on ${compared.pictures} ${compared.pictures === 1 ? 'picture' : 'pictures'} in onnxruntime-web: ` +
      `scores ${compared.score.toExponential(1)} apart at most, maps ${compared.map.toExponential(1)} (allowed: ${TOLERANCE}), decisions the same`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
