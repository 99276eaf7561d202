import type { Argv, CommandModule } from 'yargs';
import { presetKeys, presetListText, presetNames, presetText } from '@fsad/runner';

function builder(argv: Argv) {
  return argv
    .positional('name', { type: 'string', describe: 'A preset; the presets of every method unless given' })
    .option('method', {
      type: 'string',
      describe: 'Whose preset, where several methods have one of that name',
    })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .implies('method', 'name')
    .example('$0 presets', 'the presets of every method, its own for a few pictures first')
    .example(
      '$0 presets fast > mine.yaml',
      'every key with its value and meaning, to change and give to --config',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad presets`: which settings there are, and what they mean. */
export const presets: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler({ name, method, json }) {
    const print = (value: unknown, text: string): void =>
      void process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : text);
    if (name === undefined) {
      const names = await presetNames();
      return print(Object.fromEntries(names), presetListText(names));
    }
    const found = await presetKeys(name, method);
    print({ preset: name, ...found }, `# preset ${name} of ${found.method}\n${presetText(found.keys)}`);
  },
};
