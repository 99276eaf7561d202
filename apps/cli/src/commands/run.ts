import type { Argv, CommandModule } from 'yargs';
import { LiveTracking } from '@fsad/reporting';
import {
  loadExperiment,
  writeSlurm,
  runExperiment,
  settingsAsked,
  type RunEvent,
  type RunOptions,
  type RunSummary,
} from '@fsad/runner';
import { Interrupted, WorkFailed } from '../failure.ts';
import { interruptible } from '../interrupt.ts';
import { withEngine, withSettings } from '../options.ts';
import { dryRun } from '../run/dry-run.ts';
import { withWorkers } from '../run/machine.ts';
import { runProgress } from '../progress.ts';
import { runOptions } from '../run/run-options.ts';

function builder(argv: Argv) {
  return (
    withWorkers(withSettings(withEngine(argv)))
      .positional('experiment', {
        type: 'string',
        demandOption: true,
        describe: 'A file that defines an experiment, or the name of one in experiments/',
      })
      .option('budget', {
        choices: ['smoke', 'reduced', 'paper'] as const,
        default: 'smoke' as const,
        describe: 'smoke: seconds a trial, to see it work; reduced: few-shot settings; paper: as published',
      })
      .option('where', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Only some of the matrix, e.g. class=3,8 or shots=1; all conditions hold together',
      })
      .option('trials', { type: 'number', describe: 'Draws of training images, instead of the budget’s' })
      .option('store', {
        type: 'string',
        default: 'runs/store',
        describe: 'Folder of results; what is finished there is not done again',
      })
      .option('data', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Folder of the dataset, or NAME=FOLDER for each of several',
      })
      .option('split', {
        choices: ['hash', 'consecutive'] as const,
        default: 'hash' as const,
        describe: "How training images are drawn; consecutive: the published code's groups",
      })
      .option('subset', {
        choices: ['test', 'validation'] as const,
        default: 'test' as const,
        describe: 'validation: the training images reserved for choosing settings',
      })
      .option('test-subset', {
        type: 'string',
        describe: 'N test images in the proportions of their kinds, or all; instead of the budget’s',
      })
      .option('seed', {
        type: 'number',
        default: 0,
        describe: 'Root of all randomness; trial t takes seed + t',
      })
      .option('share', { type: 'string', describe: 'i/n: only the i-th of n shares, for several machines' })
      .option('queue', {
        type: 'string',
        describe: 'Address of Redis (redis://host:6379): hand the trials to fsad worker, here and elsewhere',
      })
      .option('slurm', {
        type: 'string',
        describe: 'Run nothing; write an array script for Slurm to this file, one share of the plan a task',
      })
      .option('shares', {
        type: 'number',
        describe: 'Tasks of the array; one a trial unless given, at most 100',
      })
      // Where it runs on workers of the queue, they decide.
      .conflicts('queue', ['slurm', 'share', 'workers', 'threads', 'memory'])
      .implies('shares', 'slurm')
      .option('tracking-uri', {
        type: 'string',
        describe:
          'Tell this MLflow server while it runs; MLFLOW_TRACKING_URI unless given. fsad sync tells it later',
      })
      .option('replace', {
        type: 'boolean',
        default: false,
        describe: 'Do trials again that were done with other settings',
      })
      .option('retry-failed', {
        type: 'boolean',
        default: false,
        describe: 'Try again what failed for reasons of its own',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Show the plan and how long it will take, from a short measurement; run nothing',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
      .example(
        '$0 run experiments/ablation-table-1.ts --budget smoke --where class=airplane --trials 2 --store runs/s --data data/cifar-10-batches-bin',
        'Table 1 on one class, in seconds',
      )
      .example(
        '$0 run experiments/anomaly-detection.ts --budget reduced --where dataset=mnist --where class=3,8 --data mnist=data/mnist',
        'run it again to go on where it was stopped',
      )
      .example(
        '$0 run experiments/shots-cifar10.ts --queue redis://host:6379 --store shared/s',
        'by every fsad worker --queue redis://host:6379 --store shared/s',
      )
  );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad run`: an experiment's trials that the store does not have yet. */
export const run: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((stop, kill) => runCommand(argv, stop, kill)),
};

async function runCommand(argv: Arguments, stop: AbortSignal, kill: AbortSignal): Promise<void> {
  const unused = (['queue', 'slurm', 'trackingUri'] as const).find((name) => argv[name] !== undefined);
  if (argv.dryRun && unused) {
    const option = unused === 'trackingUri' ? 'tracking-uri' : unused;
    throw new Error(`--${option} has no effect with --dry-run, which runs nothing; leave one of them out`);
  }
  const loaded = await loadExperiment(argv.experiment);
  const progress = runProgress();
  const note = (text: string): void => progress.show({ type: 'note', text });
  const tracking = new LiveTracking(argv.store, argv.trackingUri, note);
  let begun = false;
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'plan') {
      begun = true;
      tracking.begin();
    }
    progress.show(event);
  };
  const options = runOptions({ ...argv, set: await settingsAsked(argv) }, loaded, { onEvent, stop, kill });
  if (argv.dryRun) return dryRun(options, argv.json);
  if (argv.slurm !== undefined) {
    const { trials, shares, pending } = await writeSlurm(options, argv.slurm, {
      shares: argv.shares,
      tells: argv.trackingUri !== undefined,
      words: process.argv.slice(1),
      folder: process.cwd(),
    });
    process.stdout.write(
      `${argv.slurm}: ${trials} trials in ${shares} tasks, ${pending} to do; sbatch ${argv.slurm}\n`,
    );
    return;
  }
  try {
    const summary = await (argv.queue === undefined ? runExperiment(options) : onQueue(options, argv.queue));
    await tracking.finish(stop.aborted);
    progress.clear();
    conclude(argv, summary);
  } catch (error) {
    await tracking.finish(stop.aborted);
    progress.clear();
    throw begun && !(error instanceof Interrupted) ? asWorkFailed(error) : error;
  }
}

/** BullMQ is loaded only when it is asked for. */
async function onQueue(options: RunOptions, address: string): Promise<RunSummary> {
  const { runOnQueue } = await import('@fsad/runner/queue');
  return runOnQueue(options, address);
}

/** Prints how the run ended. @throws Interrupted or WorkFailed, which decide the exit code. */
function conclude({ store, json }: Arguments, summary: RunSummary): void {
  const { cells, ok, failed, left, interrupted, stopped } = summary;
  if (json) process.stdout.write(`${JSON.stringify({ store, ...summary }, null, 2)}\n`);
  else {
    const rest = [...(failed > 0 ? [`${failed} not well`] : []), ...(left > 0 ? [`${left} left`] : [])];
    process.stdout.write(`${[`${ok} of ${cells} trials done`, ...rest].join(', ')}; results in ${store}\n`);
  }
  if (interrupted) throw new Interrupted();
  if (stopped !== null) throw new WorkFailed(stopped);
  if (failed > 0) {
    throw new WorkFailed(
      `${failed} of ${cells} trials did not end well; --retry-failed tries again what failed for reasons of its own`,
    );
  }
}

/** Whatever goes wrong after the plan is no wrong usage. */
function asWorkFailed(error: unknown): unknown {
  return error instanceof Error
    ? Object.assign(new WorkFailed(error.message), { stack: error.stack })
    : error;
}
