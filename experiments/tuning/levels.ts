/**
 * The mean level of every picture of MVTec AD's grid and screw: what the light alone tells of good and damaged ones (results/light).
 *
 *   npx tsx experiments/tuning/levels.ts --data FOLDER --out results/light/levels.jsonl
 *
 * One JSON line a class and kind of picture: `training`, `good`, and the kinds of damage. Seconds. Expected: AUROC of the level 100.0 on the screw, 94.1 on the grid. No method and no choice looks at these; they say what AUROCs are of.
 */
import { parseArgs } from 'node:util';
import { openDataset } from '@fsad/datasets';
import { replaceFile } from '@fsad/files';
import { meanLevel } from './mean-level.ts';

const { values } = parseArgs({ options: { data: { type: 'string' }, out: { type: 'string' } } });
const { data, out } = values;
if (!data || !out) throw new Error('--data FOLDER and --out FILE are needed');

const dataset = await openDataset('mvtec', { path: data });
const lines: string[] = [];
for (const name of ['screw', 'grid']) {
  const kinds = new Map<string, string[]>([['training', [...dataset.trainIds(name)]]]);
  for (const { id, kind } of dataset.testItems(name, 'test'))
    kinds.set(kind, [...(kinds.get(kind) ?? []), id]);
  for (const [kind, ids] of kinds) {
    const levels = await Promise.all(ids.map(async (id) => meanLevel(await dataset.image(id))));
    lines.push(
      JSON.stringify({ class: name, kind, levels: levels.map((level) => Number(level.toFixed(2))) }),
    );
  }
}
await dataset.close();
await replaceFile(out, `${lines.join('\n')}\n`);
