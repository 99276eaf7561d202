import type { Argv, CommandModule } from 'yargs';
import { ENGINE_NAMES } from '@fsad/patch-network';
import { benchText, runBench } from '@fsad/patch-network/bench';
import { benchMethods, methodsText } from '@fsad/runner/bench';
import { threadsOf } from '../options.ts';
import { requireNone } from '../source.ts';

/** The reference is there to be right, not fast. */
const ENGINES = ENGINE_NAMES.filter((name) => name !== 'reference');

function builder(argv: Argv) {
  return argv
    .option('quick', {
      type: 'boolean',
      default: false,
      describe: 'Only the step every comparison is made with, in under a minute',
    })
    .option('methods', {
      type: 'boolean',
      default: false,
      describe: 'The baselines instead: short fits on tensorflow and wasm, taking turns, in minutes',
    })
    .option('engine', {
      choices: ENGINES,
      array: true,
      nargs: 1,
      describe: 'Only this engine; may be given several times. All that work unless given',
    })
    .option('only', { type: 'string', describe: 'Only rows whose name contains this' })
    .option('threads', { type: 'number', describe: 'Threads; all cores unless given' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 bench', 'training steps, whole iterations and scoring on every engine')
    .example('$0 bench --quick --json', 'one row an engine, for machines')
    .example('$0 bench --methods', 'whether the baselines stay within 10 times TensorFlow on wasm')
    .example(
      'FSAD_PYTHON=venv/bin/python $0 bench --engine native',
      'beside PyTorch (pip install torch), taking turns',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad bench`: how fast the networks' steps are on every engine. */
export const bench: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler({ quick, methods, engine, only, threads, json }) {
    const started = performance.now();
    const passed = (): string => `${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s`;
    if (methods) {
      requireNone({ quick, only, engine, threads }, ['quick', 'only', 'engine', 'threads'], 'with --methods');
      const rows = await benchMethods(({ method }) => void process.stderr.write(`${passed()}  ${method}\n`));
      process.stdout.write(`${json ? JSON.stringify(rows, null, 2) : methodsText(rows)}\n`);
      return;
    }
    const result = await runBench({
      quick,
      only: only ?? '',
      threads: threadsOf(threads),
      engines: engine,
      onRow: ({ name, engine, seconds }) =>
        process.stderr.write(`${passed()}  ${engine} ${name}: ${seconds.toPrecision(3)} s\n`),
    });
    process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : benchText(result));
  },
};
