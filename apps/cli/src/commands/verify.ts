import type { Argv, CommandModule } from 'yargs';
import { ownFixtures, verifyFolder, type FixtureCheck } from '@fsad/htdg/verify';
import { openEngine } from '@fsad/patch-network';
import { WorkFailed } from '../failure.ts';
import { threadsOf, withEngine } from '../options.ts';

function builder(argv: Argv) {
  return withEngine(argv)
    .positional('fixtures', {
      type: 'string',
      default: ownFixtures,
      defaultDescription: 'those of the project',
      describe: 'Folder of fixture files',
    })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 verify --engine wasm', 'compare with arrays of the published code');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad verify`: is this build exact? */
export const verify: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    const engine = await openEngine(argv.engine, { threads: threadsOf(argv.threads) });
    try {
      const checks: FixtureCheck[] = [];
      for await (const found of verifyFolder(argv.fixtures, engine)) {
        checks.push(...found);
        if (!argv.json) process.stdout.write(found.map(line).join(''));
      }
      const failed = checks.filter(({ largestError, tolerance }) => !(largestError <= tolerance));
      if (argv.json) {
        const result = { engine: engine.name, passed: failed.length === 0, checks };
        process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      }
      if (failed.length > 0)
        throw new WorkFailed(`${failed.length} of ${checks.length} quantities are past their tolerance`);
      process.stderr.write(
        `all ${checks.length} quantities within tolerance on ${engine.name} (${engine.instructionSet})\n`,
      );
    } finally {
      await engine.dispose();
    }
  },
};

function line({ file, quantity, largestError, tolerance }: FixtureCheck): string {
  const verdict = largestError <= tolerance ? 'ok    ' : 'FAILED';
  return `${verdict} ${file}: ${quantity}: ${largestError.toExponential(1)} of ${tolerance.toExponential(0)}\n`;
}
