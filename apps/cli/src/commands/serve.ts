import type { Argv, CommandModule } from 'yargs';
import { load } from 'fsad';
import { LIMITS, startService, type ServedRequest } from '@fsad/serve';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { sayNote } from '../progress.ts';
import { thresholdAsked } from '../threshold.ts';

function builder(argv: Argv) {
  return withEngine(argv)
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .option('host', {
      type: 'string',
      default: '127.0.0.1',
      describe: 'Address to listen at; any other than this machine’s own lets others in, without a password',
    })
    .option('port', { type: 'number', default: 7878, describe: 'Port to listen at; 0 takes a free one' })
    .option('threshold', { type: 'string', default: 'auto', describe: 'As of score' })
    .option('max-megabytes', { type: 'number', default: LIMITS.bytes / 1e6, describe: 'Largest file' })
    .option('max-megapixels', { type: 'number', default: LIMITS.pixels / 1e6, describe: 'Largest picture' })
    .option('seconds', {
      type: 'number',
      default: LIMITS.seconds,
      describe: 'Time for a request to arrive, and for its answer',
    })
    .option('requests', {
      type: 'number',
      default: LIMITS.requests,
      describe: 'Requests at once; others get 503',
    })
    .option('quiet', { type: 'boolean', default: false, describe: 'No line a request' })
    .example('$0 serve runs/mine', 'POST pictures to http://127.0.0.1:7878/inspect');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad serve`: a model behind HTTP. */
export const serve: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) =>
    interruptible((signal) => run(argv, signal), {
      says: 'ending: requests under way are answered (again to leave at once)',
      patience: 1000 * (2 * argv.seconds + 1),
    }),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  const threshold = thresholdAsked(argv.threshold);
  using model = await load(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
  const { address, ended } = await startService({
    model,
    threshold,
    host: argv.host,
    port: argv.port,
    limits: {
      bytes: argv.maxMegabytes * 1e6,
      pixels: argv.maxMegapixels * 1e6,
      seconds: argv.seconds,
      requests: argv.requests,
    },
    log: argv.quiet ? undefined : (request) => sayNote(line(request)),
    signal,
  });
  for (const text of model.caveats) sayNote(text);
  process.stdout.write(`${model.method} on ${model.engine} answers at ${address}/inspect\n`);
  await ended;
}

function line({ method, path, status, code, bytes, milliseconds, cause }: ServedRequest): string {
  const time = new Date().toISOString();
  const why = code ? ` ${code}` : '';
  const inside = cause instanceof Error ? ` (${cause.message})` : '';
  return `${time} ${method} ${path} ${status}${why} ${bytes} bytes ${Math.round(milliseconds)} ms${inside}`;
}
