import type { Argv, CommandModule } from 'yargs';
import type { DatasetName } from '@fsad/datasets';
import { writeFolderAtomically } from '@fsad/files';
import {
  comparedMethods as byMethod,
  comparedTrials,
  comparisonCsv,
  comparisonHeading,
  comparisonText,
  type ComparedTrial,
} from '@fsad/reporting';
import {
  comparedMethods,
  comparison,
  defaultRegistry,
  parseCompared,
  runExperiment,
  wholeExperiment,
  type Budget,
  type Experiment,
} from '@fsad/runner';
import { Interrupted, WorkFailed } from '../failure.ts';
import { interruptible } from '../interrupt.ts';
import { shotsOf, withDataset, withEngine, withTest } from '../options.ts';
import { runProgress } from '../progress.ts';
import { commandLine } from '../run/command-line.ts';
import { machineOptions } from '../run/machine.ts';
import { requireNone, sourceOf } from '../source.ts';

/** Names of budgets here, and those of the runner. */
const BUDGETS = { smoke: 'smoke', reduced: 'reduced', official: 'paper' } as const satisfies Record<
  string,
  Budget
>;

function builder(argv: Argv) {
  return withTest(withEngine(withDataset(argv)))
    .option('shots', { type: 'string', default: '1', describe: 'Numbers of training images, e.g. 1,5' })
    .option('trials', {
      type: 'number',
      default: 1,
      describe: 'Draws of training images, the same for every method',
    })
    .option('methods', {
      type: 'string',
      default: 'all',
      describe: `all, or some of ${comparedMethods.join(', ')}`,
    })
    .option('budget', {
      choices: Object.keys(BUDGETS) as (keyof typeof BUDGETS)[],
      default: 'smoke' as keyof typeof BUDGETS,
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
      describe: 'Folder of the results, a store as of fsad run; finished trials there are kept',
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
  handler: (argv) => interruptible((stop, kill) => run(argv, stop, kill)),
};

async function run(argv: Arguments, stop: AbortSignal, kill: AbortSignal): Promise<void> {
  const { budget, seed, out, subset = 'test', limit, testSubset, engine } = argv;
  const { dataset, path, options, class: classList } = sourceOf(argv);
  const methods = parseCompared(argv.methods);
  if (!methods.includes('differnet'))
    requireNone(argv, ['featureWeights'], 'without differnet among the methods');
  const experiment = await comparison({
    dataset,
    classes: classList.split(','),
    methods,
    shots: shotsOf(argv.shots),
    trials: argv.trials,
    featureWeights: argv.featureWeights,
  });
  const data = new Map<DatasetName | '', string>(path === null ? [] : [['', path]]);
  const asked = { seed, subset, limit, testSubset, engine, data, options };
  const progress = runProgress();
  const summary = await runExperiment({
    request: { ...wholeExperiment(experiment, BUDGETS[budget]), ...asked },
    registry: defaultRegistry,
    store: out,
    ...machineOptions(argv),
    replace: argv.replace,
    retryFailed: true,
    command: commandLine(),
    onEvent: (event) => progress.show(event),
    stop,
    kill,
  }).finally(() => progress.clear());
  if (summary.interrupted) throw new Interrupted();
  if (summary.stopped !== null) throw new WorkFailed(summary.stopped);
  await finish(argv, experiment, await comparedTrials(out, experiment, BUDGETS[budget]));
}

async function finish(
  { out, json: asJson, budget, seed }: Arguments,
  experiment: Experiment,
  trials: readonly ComparedTrial[],
): Promise<void> {
  const [{ name: dataset }] = experiment.datasets;
  const cells = byMethod(trials);
  const json = `${JSON.stringify({ dataset, budget, seed, cells, trials }, null, 2)}\n`;
  const files = new Map([
    ['compare.csv', Buffer.from(comparisonCsv(trials))],
    ['compare.json', Buffer.from(json)],
  ]);
  await writeFolderAtomically(out, files);
  if (asJson) process.stdout.write(json);
  else process.stdout.write(`${comparisonHeading(budget, experiment, trials)}\n\n${comparisonText(cells)}\n`);
  const failed = trials.filter(({ auroc }) => auroc === null);
  if (failed.length > 0) {
    throw new WorkFailed(
      `${failed.length} of ${trials.length} trials failed; run the same command again to retry them`,
    );
  }
}
