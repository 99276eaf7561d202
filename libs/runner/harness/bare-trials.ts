import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { registry } from '../src/default-registry.ts';
import { judge, columns, trialImages, type TrialTask } from '../src/trial/index.ts';
import { openMethod } from '../src/registry.ts';

// The work of the trials and nothing else, one after the other in this process: every second one, from `part`. No journal, no checkpoint, no result.

const { values } = parseArgs({ options: { tasks: { type: 'string' }, part: { type: 'string' } } });
const tasks = JSON.parse(readFileSync(values.tasks as string, 'utf8')) as TrialTask[];
for (const [i, task] of tasks.entries()) {
  if (i % 2 !== Number(values.part)) continue;
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
