import { existsSync } from 'node:fs';
import type { Argv, CommandModule } from 'yargs';
import { connectionFromEnvironment, MlflowError, type Connection } from '@fsad/mlflow-client';
import { tellStore } from '@fsad/reporting';
import { isComplete, LockedError, syncInWords, type SyncSummary } from '@fsad/tracking';
import { Interrupted, WorkFailed } from '../failure.ts';
import { interruptible } from '../interrupt.ts';
import { stageProgress } from '../progress.ts';
import type { StageProgress } from '@fsad/runner';

function builder(argv: Argv) {
  return argv
    .option('store', {
      type: 'string',
      default: 'runs/store',
      describe: 'Folder of results, as given to fsad run',
    })
    .option('tracking-uri', {
      type: 'string',
      describe: 'Address of the MLflow server; MLFLOW_TRACKING_URI unless given',
    })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example(
      '$0 sync --store runs/s --tracking-uri http://127.0.0.1:5000',
      'tell MLflow what it does not know yet',
    )
    .epilogue(
      'Credentials: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN. Nothing is ever told twice: run it as often as you like.',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad sync`: what MLflow missed. */
export const sync: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => syncCommand(argv, signal)),
};

async function syncCommand({ store, trackingUri, json }: Arguments, signal: AbortSignal): Promise<void> {
  const connection = connectionFromEnvironment(process.env, trackingUri);
  if (!existsSync(store)) {
    throw new Error(`${store}: no store of results there; name the folder given to "fsad run --store"`);
  }
  const progress = stageProgress();
  const summary = await tellAll(store, connection, progress, signal);
  progress.clear();
  for (const note of summary.notes) progress.say(`note: ${note}`);
  for (const { what, message } of summary.failures) progress.say(`not told: ${what}: ${message}`);
  const complete = isComplete(summary);
  const { uri } = connection;
  process.stdout.write(
    json
      ? `${JSON.stringify({ store, uri, complete, ...summary }, null, 2)}\n`
      : `${syncInWords(summary, uri)}\n`,
  );
  if (signal.aborted) throw new Interrupted();
  if (complete) return;
  const { remaining, stopped } = summary;
  const what =
    remaining > 0
      ? `${remaining} of ${summary.trials} trials are still to be told`
      : 'not everything was told';
  throw new WorkFailed(
    `${what}${stopped === null ? '' : `: ${stopped}`}. Nothing is lost: the same command goes on from here`,
  );
}

async function tellAll(
  store: string,
  connection: Connection,
  progress: StageProgress,
  signal: AbortSignal,
): Promise<SyncSummary> {
  try {
    return await tellStore(store, connection, {
      signal,
      say: (text) => progress.say(text),
      onProgress: (done, total) => progress.update('telling MLflow', done, total),
    });
  } catch (error) {
    progress.clear();
    if (error instanceof MlflowError) {
      const advice = 'Nothing is lost, the journals keep everything: run the same command again later';
      throw new WorkFailed(`${error.message}. ${advice}`, { cause: error });
    }
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    if (isFull || error instanceof LockedError)
      throw new WorkFailed((error as Error).message, { cause: error });
    throw error;
  }
}
