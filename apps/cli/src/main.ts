import yargs, { type Argv, type CommandModule } from 'yargs';
import { EXIT, explain } from './failure.ts';

/** One file a verb; only the one that is asked for is loaded. */
const VERBS: Readonly<Record<string, () => Promise<unknown>>> = {
  train: async () => (await import('./commands/train.ts')).train,
  score: async () => (await import('./commands/score.ts')).score,
  calibrate: async () => (await import('./commands/calibrate.ts')).calibrate,
  localize: async () => (await import('./commands/localize.ts')).localize,
  generate: async () => (await import('./commands/generate.ts')).generate,
  verify: async () => (await import('./commands/verify.ts')).verify,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  demo: async () => (await import('./commands/demo.ts')).demo,
  datasets: async () => (await import('./commands/datasets.ts')).datasets,
  compare: async () => (await import('./commands/compare.ts')).compare,
  run: async () => (await import('./commands/run.ts')).run,
  worker: async () => (await import('./commands/worker.ts')).worker,
  bench: async () => (await import('./commands/bench.ts')).bench,
  report: async () => (await import('./commands/report.ts')).report,
  sync: async () => (await import('./commands/sync.ts')).sync,
};

/** Runs `fsad` with the given arguments; gives the exit code. Results go to stdout, progress and errors to stderr. */
export async function main(argv: readonly string[]): Promise<number> {
  const debug = argv.includes('--debug');
  try {
    const asked = VERBS[argv[0]];
    const verbs = await Promise.all((asked ? [asked] : Object.values(VERBS)).map((load) => load()));
    await refuseRepetition(yargs(argv))
      .scriptName('fsad')
      .usage(
        '$0 <command>\n\nFew-shot anomaly detection in images: learn from one to ten good pictures, find what differs.',
      )
      .command(verbs as CommandModule[])
      .option('debug', { type: 'boolean', default: false, describe: 'Show stack traces', global: true })
      .example('$0 train --folder my/good/pictures --out runs/mine', 'learn from every picture in a folder')
      .example('$0 localize runs/mine my/new/pictures --out runs/maps', 'show where new pictures differ')
      .example('$0 doctor', 'what this machine computes with, and how fast')
      .epilogue(
        'Exit codes: 0 done, 1 some work failed, 2 wrong usage or input, 3 a defect was found (score --fail-on-defect), 130 interrupted.',
      )
      .demandCommand(1, 'a command is needed; fsad --help lists them')
      .strict()
      .recommendCommands()
      .updateStrings({ 'Arguments %s and %s are mutually exclusive': '--%s and --%s exclude one another' })
      .completion('completion', 'Print a script for shell completion')
      .parserConfiguration({ 'dot-notation': false })
      .wrap(Math.min(110, process.stdout.columns ?? 110))
      .showHelpOnFail(false)
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new Error(message);
      })
      .parseAsync();
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.done;
  } catch (error) {
    const { message, code } = explain(error, debug);
    process.stderr.write(`fsad: ${message}\n`);
    return code;
  }
}

/** An option that takes one value must not be given twice: which one was meant? */
function refuseRepetition(parser: Argv): Argv {
  const known = parser as unknown as { getOptions(): { array: string[] } };
  return parser.check((values) => {
    const lists = new Set(['_', ...known.getOptions().array]);
    for (const [name, value] of Object.entries(values)) {
      if (Array.isArray(value) && !lists.has(name) && name === name.toLowerCase()) {
        throw new Error(`--${name} was given ${value.length} times; it takes one value`);
      }
    }
    return true;
  }, true);
}
