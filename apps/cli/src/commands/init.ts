import type { CommandModule } from 'yargs';
import { beginnings, writeBeginning, type Beginning } from 'fsad/beginnings';

/** `fsad init`: a commented, running file to change. */
export const init: CommandModule<object, { kind: Beginning; name: string }> = {
  builder: (argv) =>
    argv
      .positional('kind', { choices: beginnings, demandOption: true, describe: 'What to begin' })
      .positional('name', { type: 'string', demandOption: true, describe: 'Its name, and its files’' })
      .example('$0 init experiment textures', 'textures.ts, for fsad run textures.ts')
      .example('$0 init detector brightness', 'brightness.ts, and an experiment that compares it'),
  handler: async ({ kind, name }) => void process.stdout.write(await writeBeginning(kind, name)),
};
