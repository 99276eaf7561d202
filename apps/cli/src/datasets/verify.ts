import type { Argv, CommandModule } from 'yargs';
import { verifyDataset } from '@fsad/datasets';
import { WorkFailed } from '../failure.ts';
import { stageProgress } from '../progress.ts';
import { named, withNamed } from './named.ts';

function builder(argv: Argv) {
  return withNamed(argv)
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 datasets verify mvtec --data my/mvtec', 'is this copy whole and undamaged?');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad datasets verify`: is a copy whole? */
export const verify: CommandModule<object, Arguments> = {
  command: 'verify [dataset]',
  describe: 'Check a copy: checksums, missing parts, every picture decoded; exit 1 when something is wrong',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    const { name, path, options } = named(argv);
    const progress = stageProgress();
    const result = await verifyDataset(name, { path, options }, ({ done, total }) =>
      progress.update(`checking ${name}`, done, total),
    );
    const { problems, decoded, checksums } = result;
    if (argv.json) process.stdout.write(`${JSON.stringify({ dataset: name, path, ...result }, null, 2)}\n`);
    else {
      for (const problem of problems) process.stdout.write(`${problem}\n`);
      const compared = checksums > 0 ? `, ${checksums} published checksums compared` : '';
      process.stdout.write(`${name}: ${decoded} pictures and masks looked at${compared}\n`);
    }
    if (problems.length > 0)
      throw new WorkFailed(
        `${name} is not whole: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
      );
  },
};
