/**
 * Which settings of a method find drawn damage best: pictures to choose by that no test has (drawn/sets.ts).
 *
 *   npx tsx experiments/tuning/drawn.ts --data FOLDER --out results/own-pictures/drawn.jsonl "score.block=1 score.fraction=0.0025" ""
 *     [--method patchcore] [--sets surface,wires,part] [--strengths 0.35,0.5] [--draws 4] [--threads 1]
 *
 * FOLDER is MVTec AD's; of it only training pictures of the grid are used. A variant is settings as `--set` takes them, parted by spaces; "" is the method as it is.
 * Expected of `patchcore` 6 at half strength, two draws: part 92, surface 96, wires 89 (results/own-pictures); half a minute a (variant, set, strength, draw) on an idle core.
 * One JSON line a (variant, set, strength, draw); those in the file are skipped, so it can be stopped and run again.
 */
import { parseArgs } from 'node:util';
import { auroc } from '@fsad/metrics';
import { configure, methods } from '@fsad/runner';
import { DRAWS, drawnSets } from './drawn/sets.ts';
import { KeptLines } from './kept-lines.ts';

const { values, positionals: variants } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    method: { type: 'string', default: 'patchcore' },
    sets: { type: 'string', default: 'surface,wires,part' },
    strengths: { type: 'string', default: '0.35,0.5' },
    draws: { type: 'string', default: '4' },
    threads: { type: 'string', default: '1' },
  },
});
const { data, out } = values;
if (!data || !out || variants.length === 0) {
  throw new Error('--data FOLDER, --out FILE and a variant ("" for the method as it is) are needed');
}
const kept = await KeptLines.open(out);
const method = await methods[values.method]();
const { numericVersion } = method;
const sets = values.sets.split(',');
const strange = sets.filter((name) => !Object.hasOwn(drawnSets, name));
if (strange.length > 0) {
  throw new Error(`no set ${strange.join(', ')}; there are ${Object.keys(drawnSets).join(', ')}`);
}
const draws = Number(values.draws);
if (!Number.isInteger(draws) || draws < 1 || draws > DRAWS) {
  throw new Error(`--draws must be a whole number from 1 to ${DRAWS}, got ${values.draws}`);
}

for (const name of sets) {
  for (const strength of values.strengths.split(',').map(Number)) {
    const { train, test } = await drawnSets[name](data, strength);
    for (const variant of variants) {
      const set = variant.split(' ').filter(Boolean);
      const { config } = configure(method, { purpose: { task: 'defects', shots: 1 }, set });
      for (let draw = 0; draw < draws; draw++) {
        const cell = { method: values.method, numericVersion, variant, set: name, strength, draw };
        if (kept.has(cell)) continue;
        const detector = await method.create(config, { engine: 'auto', threads: Number(values.threads) });
        await detector.fit([train[draw]], { seed: draw, report: () => {} });
        const scores = await detector.score(test.map(({ image }) => image));
        detector.dispose();
        const area = auroc(
          scores.map(({ value }) => value),
          test.map(({ anomalous }) => anomalous),
        );
        const record = { ...cell, auroc: Number(area.toFixed(4)) };
        await kept.add(record);
        process.stderr.write(`${JSON.stringify(record)}\n`);
      }
    }
  }
}
