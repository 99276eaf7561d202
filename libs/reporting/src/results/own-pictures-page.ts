import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { auroc, mean } from '@fsad/metrics';
import { groupBy } from '../comparison-table.ts';
import { markdownTable } from '../experiment-tables.ts';
import { readJsonLines } from './json-lines.ts';
import {
  methodName,
  percent,
  readOwnPictures,
  trialsOf,
  type OwnPicturesRecord,
} from './own-pictures-records.ts';

/** The method that is the default, and the one that its scores are added to in the last table. */
const [ours, other] = ['patchcore', 'htdg:fast-rotations'];

/** The page of what a newcomer's pictures get from each method, from `records.jsonl` and `drawn.jsonl`. */
export async function ownPicturesPage(folder: string, reading: string | null): Promise<Map<string, string>> {
  const all = await readOwnPictures(folder);
  const records = all.filter(({ even }) => !even);
  const drawnFile = join(folder, 'drawn.jsonl');
  const drawn = existsSync(drawnFile) ? await readJsonLines(drawnFile, drawnRow) : [];
  const parts = [
    '# Own pictures: what was measured, and what was not\n',
    'What a newcomer’s pictures would get, judged at the threshold that the training pictures alone gave. In percent; false alarms and misses are counted over the trials together. One thread of ' +
      'a machine that did other work; seconds are processor seconds and still longer than on one at rest. Records with every score: `records.jsonl`.\n',
    '```\nnpx tsx experiments/tuning/own-pictures.ts --data data/mvtec --out results/own-pictures/records.jsonl --methods patchcore,htdg:fast-rotations,pixel-mse,nearest-pixel,deep-svdd,drocc,geom,goad\nnpx tsx experiments/tuning/own-pictures.ts --data data/mvtec --out results/own-pictures/records.jsonl --methods differnet-random,differnet-lite0,patch-svdd --shots 1 --trials 1 --test-subset 40\nnpm run results\n```\n',
    methodTable(records),
    reading?.trim() ?? '',
    '\n## The two together\n',
    'The sum of the scores of `patchcore` and HTDG, each from 0 at what is ordinary to 1 at its threshold, beside each alone: AUROC of each trial in percent.\n',
    sumTable(records),
    ...(drawn.length > 0
      ? [
          '## Chosen by drawn damage\n',
          'Settings of `patchcore` on pictures that are no test’s, though drawn as the generated tests are, with damage of the kinds that the tests have: the generated cloth and part under other names, and training pictures of MVTec AD’s grid with bent, broken, threaded, glued and contaminated wires drawn into some. A damaged ' +
            'picture is so much of the damage and the rest of the same picture without, since at full strength all versions are at the ceiling. AUROC, mean over the draws of the one training picture. Records: `drawn.jsonl`.\n',
          '```\nnpx tsx experiments/tuning/drawn.ts --data data/mvtec --out results/own-pictures/drawn.jsonl --strengths 0.5 --draws 2 "score.block=1 score.fraction=0.0025" "" "score.block=3"\n```\n',
          drawnTable(drawn),
        ]
      : []),
  ];
  return new Map([['README.md', parts.join('\n')]]);
}

type Column =
  'pixelAuroc' | 'pro' | 'goodPixelsAbove' | 'fitSeconds' | 'calibrationSeconds' | 'secondsPerPicture';

function methodTable(all: readonly OwnPicturesRecord[]): string {
  const groups = groupBy(all, ({ method, set, shots, testSubset }) =>
    [method, set, shots, testSubset ?? ''].join('\0'),
  );
  const rows = [...groups.values()].sort(byName).map((records) => {
    const known = (column: keyof OwnPicturesRecord): number[] =>
      records.flatMap((one) => (typeof one[column] === 'number' ? [one[column]] : []));
    const average = (column: Column, write: (value: number) => string): string => {
      const values = known(column);
      return values.length > 0 ? write(mean(values)) : '';
    };
    const total = (column: 'falseAlarms' | 'misses' | 'good' | 'bad'): number =>
      known(column).reduce((sum, value) => sum + value, 0);
    const judged = known('falseAlarms').length > 0;
    const pictures = new Set(records.map(({ anomalous }) => anomalous?.length ?? 0));
    const cells = [
      [...pictures].filter(Boolean).join(', '),
      trialsOf(records),
      average('pixelAuroc', percent),
      average('pro', percent),
      judged ? `${total('falseAlarms')} of ${total('good')}` : '',
      judged ? `${total('misses')} of ${total('bad')}` : '',
      judged ? average('goodPixelsAbove', (value) => `${(100 * value).toFixed(2)} %`) : '',
      average('fitSeconds', (value) => `${value.toFixed(1)} s`),
      average('calibrationSeconds', (value) => `${value.toFixed(1)} s`),
      average('secondsPerPicture', (value) => `${value.toFixed(3)} s`),
      known('peakMegabytes').length > 0 ? `${Math.max(...known('peakMegabytes'))} MB` : '',
    ];
    const [one] = records;
    return [methodName(one), String(one.numericVersion), one.set, String(one.shots), ...cells];
  });
  const header =
    'method|version|set|pictures|test pictures|AUROC of each trial|pixel AUROC|PRO|false alarms|misses|good pixels above|fit|calibration|a picture|memory';
  return markdownTable({ head: header.split('|'), textColumns: 4, rows, notes: [] });
}

function byName([a]: readonly OwnPicturesRecord[], [b]: readonly OwnPicturesRecord[]): number {
  const nameOf = ({ method, set }: OwnPicturesRecord): string => `${method}\0${set}`;
  return nameOf(a) === nameOf(b) ? a.shots - b.shots : nameOf(a) < nameOf(b) ? -1 : 1;
}

/** Per set and number of pictures: each method alone, and the sum of what their calibrations make of the scores. */
function sumTable(all: readonly OwnPicturesRecord[]): string {
  const groups = groupBy(
    all.filter(({ method }) => method === ours).sort((a, b) => a.trial - b.trial),
    ({ set, shots }) => `${set}\0${shots}`,
  );
  const rows = [...groups.values()].sort(byName).flatMap((records) => {
    const pairs = records.flatMap((one) => {
      const two = all.find(
        ({ method, set, shots, trial }) =>
          method === other && set === one.set && shots === one.shots && trial === one.trial,
      );
      // Scores add only where they are of the same pictures.
      const same = two?.anomalous?.join() === one.anomalous?.join();
      return two?.scores && two.level && one.scores && one.level && same ? [[one, two] as const] : [];
    });
    if (pairs.length === 0) return [];
    const sums = pairs.map(([one, two]) => {
      const [first, second] = [calibrated(one), calibrated(two)];
      return { auroc: auroc(first.map((value, i) => value + second[i]), one.anomalous!.map(Boolean)) };
    });
    const [{ set, shots }] = records;
    return [
      [
        ...[set, String(shots)],
        ...[pairs.map(([one]) => one), pairs.map(([, two]) => two), sums].map(trialsOf),
      ],
    ];
  });
  return markdownTable({
    head: ['set', 'pictures', 'patchcore', 'HTDG, fast-rotations', 'both'],
    textColumns: 2,
    rows,
    notes: [],
  });
}

function calibrated({ scores, level }: OwnPicturesRecord): number[] {
  const { ordinary, threshold } = level!;
  return scores!.map((score) => (score - ordinary) / (threshold - ordinary));
}

/** One line of `drawn.jsonl`, which `experiments/tuning/drawn.ts` writes. */
const drawnRow = z.object({
  numericVersion: z.number(),
  variant: z.string(),
  set: z.string(),
  strength: z.number(),
  auroc: z.number(),
});

type Drawn = z.infer<typeof drawnRow>;

/** A row a variant, a column a set and strength; means over draws. */
function drawnTable(all: readonly Drawn[]): string {
  const columnOf = ({ set, strength }: Drawn): string => `${set}, ${Math.round(100 * strength)} %`;
  const columns = [...new Set(all.map(columnOf))].sort();
  const rows = [...groupBy(all, ({ variant, numericVersion }) => `${numericVersion}\0${variant}`).values()].map(
    (members) => {
      const byColumn = groupBy(members, columnOf);
      const means = columns.map((column) => {
        const found = byColumn.get(column);
        return found ? mean(found.map((one) => one.auroc)) : NaN;
      });
      const [{ variant, numericVersion }] = members;
      return [variant || '`few-shot`', String(numericVersion), ...means.map(percent), percent(mean(means))];
    },
  );
  return markdownTable({
    head: ['settings', 'version', ...columns, 'mean'],
    textColumns: 2,
    rows,
    notes: [],
  });
}
