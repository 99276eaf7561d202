import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { writeReport } from '@fsad/reporting';
import { stageProgress } from '../progress.ts';

function builder(argv: Argv) {
  return argv
    .option('store', {
      type: 'string',
      demandOption: true,
      describe: 'Folder of results, as given to fsad run',
    })
    .option('out', { type: 'string', demandOption: true, describe: 'Folder to write the report to' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example(
      '$0 report --store runs/s --out runs/report',
      'tables and figures beside the paper’s, as HTML and CSV',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad report`: what did the experiments give? */
export const report: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    const progress = stageProgress();
    const written = await writeReport(argv.store, argv.out, (stage) => progress.say(stage));
    if (argv.json) {
      process.stdout.write(`${JSON.stringify({ reports: written }, null, 2)}\n`);
      return;
    }
    for (const { experiment, budget, trials, failed, page } of written) {
      const without = failed > 0 ? `, ${failed} of them failed` : '';
      process.stdout.write(
        `${experiment}, budget ${budget}: ${trials} ${trials === 1 ? 'trial' : 'trials'}${without}: ${page}\n`,
      );
    }
    process.stdout.write(`all of them: ${join(argv.out, 'index.html')}\n`);
  },
};
