import type { Argv, CommandModule } from 'yargs';
import { shownAddress } from '@fsad/mlflow-client/address';
import { dataFolders, defaultRegistry } from '@fsad/runner';
import { Interrupted, WorkFailed } from '../failure.ts';
import { interruptible } from '../interrupt.ts';
import { runProgress } from '../progress.ts';
import { machineOptions, withWorkers } from '../run/machine.ts';

function builder(argv: Argv) {
  return withWorkers(argv)
    .option('threads', { type: 'number', describe: 'Threads of each trial; all cores divided unless given' })
    .option('queue', {
      type: 'string',
      demandOption: true,
      describe: 'Address of Redis, as given to fsad run: redis://host:6379',
    })
    .option('store', {
      type: 'string',
      demandOption: true,
      describe: 'Folder of results that fsad run was given, on a disk that all machines share',
    })
    .option('data', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Folder of the dataset here, or NAME=FOLDER for each of several; as in the plan unless given',
    })
    .epilogue(
      'A password of Redis: FSAD_QUEUE_USERNAME and FSAD_QUEUE_PASSWORD, which no list of processes shows.',
    )
    .example(
      '$0 worker --queue redis://host:6379 --store runs/s',
      'do trials that fsad run --queue handed over, until Ctrl-C',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad worker`: does the trials that `fsad run --queue` handed over. */
export const worker: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((stop, kill) => work(argv, stop, kill)),
};

async function work(argv: Arguments, stop: AbortSignal, kill: AbortSignal): Promise<void> {
  const { queue, store } = argv;
  const { serveQueue } = await import('@fsad/runner/queue');
  const progress = runProgress();
  progress.show({ type: 'note', text: `waiting for trials of ${store} from ${shownAddress(queue)}` });
  const summary = await serveQueue({
    queue,
    store,
    registry: defaultRegistry,
    data: dataFolders(argv.data ?? []),
    ...machineOptions(argv),
    onEvent: (event) => progress.show(event),
    stop,
    kill,
  }).finally(() => progress.clear());
  const { ok, failed, interrupted, stopped } = summary;
  const rest = failed > 0 ? `, ${failed} not well` : '';
  process.stdout.write(`${ok} trials done${rest}; results in ${store}\n`);
  if (stopped !== null) throw new WorkFailed(stopped);
  if (interrupted) throw new Interrupted();
}
