import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Argv, CommandModule } from 'yargs';
import { duration, percent } from '@fsad/files';
import { demonstrate, DEMONSTRATED } from '@fsad/reporting';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { stageProgress } from '../progress.ts';

function builder(argv: Argv) {
  return withEngine(argv)
    .option('out', {
      type: 'string',
      default: 'runs/demo',
      describe: 'Folder for the models and their pages',
    })
    .option('seed', { type: 'number', default: 0, describe: 'Root of all randomness' })
    .example('$0 demo', 'learn a part and a surface from one picture each and find the defects of others');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad demo`: the main job on the embedded dataset. */
export const demo: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) =>
    interruptible(async (signal) => {
      const threads = threadsOf(argv.threads);
      for (const name of DEMONSTRATED) {
        const progress = stageProgress();
        const out = join(argv.out, name);
        const shown = await demonstrate(name, out, {
          ...{ engine: argv.engine, threads, seed: argv.seed, signal },
          report: (event) => progress.report(event),
          onScored: (done, total) => progress.update(`scoring the ${name}`, done, total),
        });
        const { auroc, interval, images, shots, seconds, page } = shown;
        process.stdout.write(
          `${name}: AUROC ${percent(auroc)} (95 % interval ${percent(interval[0])} to ${percent(interval[1])}) ` +
            `on ${images} test images, learned from ${shots} in ${duration(seconds.training)}\n` +
            `its page with heat maps: ${pathToFileURL(page).href}\n`,
        );
      }
    }),
};
