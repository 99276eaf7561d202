import yargs, { type Argv } from 'yargs';
import { PROGRESS } from '@fsad/runner/progress';
import { EXIT, explain } from './failure.ts';
import { requireNumbers } from './numbers.ts';
import { sayError, showProgress } from './progress.ts';
import { wordsOnUsage } from './usage.ts';
import { commandsFor } from './verbs.ts';

/** Runs `fsad` with the given arguments; gives the exit code. Results go to stdout, progress and errors to stderr. */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.off('error', leaveWithReader).on('error', leaveWithReader);
  const debug = argv.includes('--debug');
  try {
    const completing = argv.includes('--get-yargs-completions');
    const commands = await commandsFor(argv[0], completing);
    const parser = yargs(argv);
    await checked(parser)
      .scriptName('fsad')
      .usage(
        '$0 <command>\n\nFew-shot anomaly detection in images: learn from one to ten good pictures, find what differs.',
      )
      .command(commands)
      .option('debug', { type: 'boolean', default: false, describe: 'Show stack traces', global: true })
      .option('progress', {
        choices: PROGRESS,
        default: 'auto' as const,
        describe: 'How stderr shows what goes on; auto: a bar on a terminal, else a plain line now and then',
        global: true,
      })
      .middleware(({ progress }) => showProgress(progress), true)
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
      .fail((message, error, usage) => {
        throw error ?? new Error(wordsOnUsage(message, optionsOf(parser), argv, commandOf(usage)));
      })
      .parseAsync();
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.done;
  } catch (error) {
    const { message, code } = explain(error, debug);
    sayError(message, code);
    return code;
  }
}

/** What yargs knows of, which its types do not tell. */
interface Known {
  getOptions(): { readonly key: object; readonly array: string[] };
  /** Of what `fail` is given: the command's definition, then its description. */
  getUsage(): readonly (readonly string[])[];
}

function optionsOf(parser: Argv): string[] {
  return Object.keys((parser as unknown as Known).getOptions().key);
}

function commandOf(usage: unknown): string {
  return ((usage as Known).getUsage()[0]?.[0] ?? '').replace('$0', 'fsad');
}

/** Refuses numbers that an option does not take, and an option with one value that is given twice: which one was meant? */
function checked(parser: Argv): Argv {
  const known = parser as unknown as Known;
  return parser.check((values) => {
    const lists = new Set(['_', ...known.getOptions().array]);
    for (const [name, value] of Object.entries(values)) {
      if (Array.isArray(value) && !lists.has(name) && name === name.toLowerCase()) {
        throw new Error(`--${name} was given ${value.length} times; it takes one value`);
      }
    }
    requireNumbers(values);
    return true;
  }, true);
}

/** Ends quietly when whoever reads the output has had enough of it, as `| head` has. */
function leaveWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
}
