import { parseArgs } from 'node:util';
import { judge, columns, openRun } from '../src/index.ts';
import { taskOf } from '../src/open-run.ts';
import { openMethod } from '../src/registry.ts';
import { trialImages } from '../src/task.ts';
import { harnessOptions, heavyExperiment } from './sweep.ts';

// The work of the trials and nothing else, one after the other in this process: every second one, from `part`. No journal, no checkpoint, no result.

const { values } = parseArgs({
  options: { store: { type: 'string' }, trials: { type: 'string' }, part: { type: 'string' } },
});
const experiment = heavyExperiment(Number(values.trials));
const store = values.store as string;
const { prepared, registry, sorted } = await openRun(
  harnessOptions({ experiment, store, workers: 1, onEvent: () => undefined }),
);
for (const [i, trial] of sorted.pending.entries()) {
  if (i % 2 !== Number(values.part)) continue;
  const task = taskOf(trial, prepared, { command: '', gitCommit: null });
  const { configuration } = task.inputs;
  const dataset = await registry.openDataset('generated', null);
  const { split, test } = await trialImages(task, dataset, registry);
  const method = await openMethod(registry, configuration.detector);
  const runtime = { engine: task.engine.runtime, threads: 1 };
  const detector = await method.create(method.parseConfig(configuration.settings), runtime);
  await detector.fit(await Promise.all(split.train.map(({ id }) => dataset.image(id))), {
    seed: configuration.seed,
    report: () => undefined,
  });
  const images = await Promise.all(test.items.map(({ id }) => dataset.image(id)));
  judge(columns(test.items, await detector.score(images)), null);
  detector.dispose();
  await dataset.close();
}
await prepared.close();
