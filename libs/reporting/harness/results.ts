import { parseArgs } from 'node:util';
import { staleResults, writeResults } from '../src/results/write-results.ts';

// npm run results [-- --from STORE]: writes every page of results/ from its records, after taking in the trials of a store.
// npm run results:check: fails when a page is not what the records give.

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    from: { type: 'string', multiple: true, default: [] },
    folder: { type: 'string', default: 'results' },
  },
});

if (values.check) {
  const stale = await staleResults(values.folder);
  if (stale.length > 0) {
    process.stderr.write(
      `not what the records give; run "npm run results" and commit what it writes:\n${stale.map((path) => `  ${values.folder}/${path}\n`).join('')}`,
    );
    process.exitCode = 1;
  }
} else {
  for (const path of await writeResults(values.folder, values.from)) process.stdout.write(`${path}\n`);
}
