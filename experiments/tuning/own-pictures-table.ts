/**
 * Writes the table of results/own-pictures/README.md from the records beside it: one row a (method, set, shots), means over the trials that are there.
 *
 *   npx tsx experiments/tuning/own-pictures-table.ts [FOLDER]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const [folder = 'results/own-pictures'] = process.argv.slice(2);
const measured = z.number().nullish();
const record = z.object({
  method: z.string(),
  set: z.string(),
  shots: z.number(),
  trial: z.number(),
  auroc: z.number(),
  pixelAuroc: measured,
  pro: measured,
  falseAlarms: measured,
  good: measured,
  misses: measured,
  bad: measured,
  goodPixelsAbove: measured,
  fitSeconds: measured,
  calibrationSeconds: measured,
  secondsPerPicture: measured,
  peakMegabytes: measured,
});
type Column =
  'pixelAuroc' | 'pro' | 'goodPixelsAbove' | 'fitSeconds' | 'calibrationSeconds' | 'secondsPerPicture';

const lines = (await readFile(join(folder, 'records.jsonl'), 'utf8')).split('\n').filter(Boolean);
const groups = new Map<string, z.infer<typeof record>[]>();
for (const line of lines) {
  const one = record.parse(JSON.parse(line));
  const named = [one.method.replace(':', ' '), one.set, one.shots].join(' | ');
  groups.set(named, [...(groups.get(named) ?? []), one]);
}

const rows = [...groups].map(([named, records]) => {
  const known = (column: keyof (typeof records)[number]): number[] =>
    records.flatMap((one) => (typeof one[column] === 'number' ? [one[column]] : []));
  const mean = (column: Column, write: (value: number) => string): string => {
    const values = known(column);
    return values.length > 0 ? write(values.reduce((sum, value) => sum + value, 0) / values.length) : '';
  };
  const total = (column: 'falseAlarms' | 'misses' | 'good' | 'bad'): number =>
    known(column).reduce((sum, value) => sum + value, 0);
  const judged = known('falseAlarms').length > 0;
  const cells = [
    known('auroc')
      .map((value) => (100 * value).toFixed(1))
      .join(', '),
    mean('pixelAuroc', (value) => (100 * value).toFixed(1)),
    mean('pro', (value) => (100 * value).toFixed(1)),
    judged ? `${total('falseAlarms')} of ${total('good')}` : '',
    judged ? `${total('misses')} of ${total('bad')}` : '',
    judged ? mean('goodPixelsAbove', (value) => `${(100 * value).toFixed(2)} %`) : '',
    mean('fitSeconds', (value) => `${value.toFixed(1)} s`),
    mean('calibrationSeconds', (value) => `${value.toFixed(1)} s`),
    mean('secondsPerPicture', (value) => `${value.toFixed(3)} s`),
    known('peakMegabytes').length > 0 ? `${Math.max(...known('peakMegabytes'))} MB` : '',
  ];
  return `| ${named} | ${cells.join(' | ')} |`;
});
const header =
  '| method | set | pictures | AUROC of each trial | pixel AUROC | PRO | false alarms | misses | good pixels above | fit | calibration | a picture | memory |';
const table = [header, header.replaceAll(/[^|]+/g, ' --- '), ...rows.sort()].join('\n');
const page = join(folder, 'README.md');
const marked = /(<!-- table -->)[^]*(<!-- table: end -->)/;
const text = await readFile(page, 'utf8');
if (!marked.test(text)) throw new Error(`${page} has no place for the table`);
await writeFile(page, text.replace(marked, `$1\n\n${table}\n\n$2`));
