import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { drawSplit, selectTest, type Dataset } from '@fsad/datasets';
import { writeFolderAtomically, type DetectorMethod } from '@fsad/detector';
import { DECODER } from '@fsad/images';
import { openEngine, type EngineName } from '@fsad/patch-network';
import { openTfjs } from '@fsad/tensors/tfjs';
import {
  BUDGETS,
  columnFor,
  COLUMNS,
  parseColumns,
  settingsOf,
  type CompareBudget,
} from '../compare/columns.ts';
import { gatherCells, tableText, trialsCsv } from '../compare/table.ts';
import { keptTrial, runTrial, type CompareTrial, type TrialOrder } from '../compare/trial.ts';
import { WorkFailed } from '../failure.ts';
import { interruptible } from '../interrupt.ts';
import { methods } from '@fsad/runner';
import { threadsOf, withDataset, withEngine, withTest } from '../options.ts';
import { stageProgress } from '../progress.ts';
import { openSource, sourceOf } from '../source.ts';
import { reporter } from './train.ts';

function builder(argv: Argv) {
  return withTest(withEngine(withDataset(argv)))
    .option('shots', { type: 'string', default: '1', describe: 'Numbers of training images, e.g. 1,5' })
    .option('trials', {
      type: 'number',
      default: 1,
      describe: 'Draws of training images, the same for every method',
    })
    .option('methods', { type: 'string', default: 'all', describe: `all, or some of ${COLUMNS.join(', ')}` })
    .option('budget', {
      choices: BUDGETS,
      default: 'smoke' as CompareBudget,
      describe:
        'smoke: seconds a trial, to see it work; reduced: few-shot settings; official: each method’s own',
    })
    .option('feature-weights', {
      type: 'string',
      describe: 'Torchvision’s AlexNet as safetensors; without it differnet runs as differnet-random',
    })
    .option('seed', {
      type: 'number',
      default: 0,
      describe: 'Root of all randomness; trial t takes seed + t',
    })
    .option('out', {
      type: 'string',
      demandOption: true,
      describe: 'Folder of the results; finished trials there are kept',
    })
    .option('replace', {
      type: 'boolean',
      default: false,
      describe: 'Do trials again that were done with other settings',
    })
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'One JSON object on stdout instead of the table',
    })
    .example(
      '$0 compare --dataset mnist --data data/mnist --class 3 --shots 1,5 --trials 3 --limit 500 --out runs/cmp',
      'every method on the same splits',
    )
    .example(
      '$0 compare --dataset mvtec --class grid,screw --methods htdg,patch-svdd --budget reduced --out runs/m',
      '',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad compare`: several methods on the same splits, beside the paper's numbers. */
export const compare: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  const progress = stageProgress();
  const say = (text: string): void => progress.say(text);
  const source = sourceOf(argv);
  const dataset = await openSource(source, say);
  try {
    const orders = await planOrders(argv, dataset, source.class.split(','));
    const folder = join(argv.out, 'trials');
    const trials: CompareTrial[] = [];
    for (const order of orders) await keptTrial(folder, order, argv.replace);
    for (const [i, order] of orders.entries()) {
      const { split, name } = order;
      const title = `${i + 1} of ${orders.length}: ${name}, class ${split.class}, ${split.shots}-shot, trial ${split.trial}`;
      const kept = await keptTrial(folder, order, argv.replace);
      if (!kept) say(title);
      const trial = kept ?? (await runTrial(folder, order, signal, reporter(progress)));
      if (trial.auroc !== null)
        say(`${title}: AUROC ${(100 * trial.auroc).toFixed(1)}${kept ? ', from before' : ''}`);
      else say(`${title}: failed: ${trial.failure}`);
      trials.push(trial);
    }
    await rm(join(folder, 'work'), { recursive: true, force: true });
    await finish(argv, dataset, trials);
  } finally {
    await dataset.close();
  }
}

/** Every trial there will be, checked before the first one runs; methods in the order of the table. */
async function planOrders(
  argv: Arguments,
  dataset: Dataset,
  classes: readonly string[],
): Promise<TrialOrder[]> {
  const { budget, featureWeights, trials, engine } = argv;
  if (!Number.isInteger(trials) || trials < 1)
    throw new Error(`--trials takes a whole number from 1, got ${trials}`);
  const runtime = { engine, threads: threadsOf(argv.threads) };
  const resolved = new Map<string, string>();
  const orders: TrialOrder[] = [];
  for (const column of parseColumns(argv.methods)) {
    for (const shots of parseShots(argv.shots)) {
      for (const className of classes) {
        const chosen = columnFor(column, { budget, task: dataset.taskOf(className), shots, featureWeights });
        const method: DetectorMethod<unknown> = await methods[chosen.detector]();
        const settings = settingsOf(chosen, method);
        const using = resolved.get(chosen.detector) ?? (await engineOf(chosen.detector, runtime));
        resolved.set(chosen.detector, using);
        for (let trial = 0; trial < trials; trial++) {
          const split = await drawSplit(dataset, { class: className, shots, trial });
          const selection = selectTest(dataset, split, argv);
          const labels = new Set(selection.items.map(({ anomalous }) => anomalous));
          if (labels.size < 2) {
            throw new Error(
              `class ${className}: ${selection.description} are all of one kind; score more of them`,
            );
          }
          const order = {
            name: chosen.name,
            method,
            settings,
            dataset,
            split,
            selection,
            runtime,
            engine: using,
          };
          orders.push({ ...order, seed: argv.seed + trial, decoder: DECODER });
        }
      }
    }
  }
  return orders;
}

/** What computes a method, in words; part of a trial's key. */
async function engineOf(detector: string, { engine, threads }: TrialOrder['runtime']): Promise<string> {
  const { engine: kind } = await methods[detector]();
  if (kind === 'none') return 'none';
  const general = kind === 'patches' ? null : (await openTfjs({ engine, threads })).description;
  if (general && kind === 'general') return general;
  const opened = await openEngine(engine as EngineName | 'auto', { threads });
  const name = `${opened.name} ${opened.instructionSet}`;
  await opened.dispose();
  return general ? `${name}; ${general}` : name;
}

async function finish(argv: Arguments, dataset: Dataset, trials: readonly CompareTrial[]): Promise<void> {
  const cells = gatherCells(trials);
  const { budget, seed } = argv;
  const summary = {
    dataset: dataset.name,
    warnings: dataset.warnings,
    budget,
    seed,
    cells,
    trials,
  };
  const json = `${JSON.stringify(summary, null, 2)}\n`;
  const files = new Map([
    ['compare.csv', Buffer.from(trialsCsv(trials))],
    ['compare.json', Buffer.from(json)],
  ]);
  await writeFolderAtomically(argv.out, files);
  if (argv.json) process.stdout.write(json);
  else process.stdout.write(`${heading(argv, dataset, trials)}\n\n${tableText(cells)}\n`);
  const failed = trials.filter(({ auroc }) => auroc === null);
  if (failed.length > 0) {
    throw new WorkFailed(
      `${failed.length} of ${trials.length} trials failed; run the same command again to retry them`,
    );
  }
}

function heading(
  { budget, trials: count }: Arguments,
  dataset: Dataset,
  trials: readonly CompareTrial[],
): string {
  const classes = [...new Set(trials.map((trial) => trial.class))];
  const which = classes.length === 1 ? `class ${classes[0]}` : `average of classes ${classes.join(', ')}`;
  return (
    `${dataset.name}, ${which}; ${trials[0].test}; budget ${budget}; mean ± sample std over ${count} ` +
    `${count === 1 ? 'trial' : 'trials'}; paper: 10 trials, all test images`
  );
}

function parseShots(list: string): number[] {
  return list.split(',').map((text) => {
    const shots = Number(text);
    if (!Number.isInteger(shots) || shots < 1)
      throw new Error(`--shots takes numbers such as 1,5; got "${text}"`);
    return shots;
  });
}
