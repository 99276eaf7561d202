import type { Argv, CommandModule } from 'yargs';
import { DECODER } from '@fsad/images';
import { findEngines, machineText, thisMachine } from '@fsad/patch-network';
import { threadsOf } from '../options.ts';

function builder(argv: Argv) {
  return argv
    .option('threads', { type: 'number', describe: 'Threads to measure with; all cores unless given' })
    .option('measure', { type: 'boolean', default: true, describe: 'Measure the speed of every engine' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 doctor', 'engines, their speed, and what to do for a faster one');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad doctor`: what this machine computes with. */
export const doctor: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    const threads = threadsOf(argv.threads);
    const engines = await findEngines(threads, argv.measure);
    const machine = thisMachine();
    process.stdout.write(
      argv.json
        ? `${JSON.stringify({ machine: { ...machine, decoder: DECODER }, threads, engines }, null, 2)}\n`
        : machineText(machine, DECODER, threads, engines),
    );
  },
};
