import type { Argv, CommandModule } from 'yargs';
import { beginnings, writeBeginning } from 'fsad/beginnings';

function builder(argv: Argv) {
  return argv
    .positional('kind', { choices: beginnings, demandOption: true, describe: 'What to begin' })
    .positional('name', { type: 'string', demandOption: true, describe: 'Its name, and its files’' })
    .example('$0 init experiment textures', 'textures.ts, for fsad run textures.ts')
    .example('$0 init detector brightness', 'brightness.ts, and an experiment that compares it');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad init`: a commented, running file to change. */
export const init: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: async ({ kind, name }) => void process.stdout.write(await writeBeginning(kind, name)),
};
