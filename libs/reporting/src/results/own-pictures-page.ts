import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auroc, mean } from '@fsad/metrics';
import { markdownTable } from '../experiment-tables.ts';
import { grouped, readOwnPictures, type OwnPicturesRecord } from './own-pictures-records.ts';

/** The method that is the default, and the one that its scores are added to in the last table. */
const [ours, other] = ['patchcore', 'htdg:fast-rotations'];

/** The page of what a newcomer's pictures get from each method, from `records.jsonl` and `drawn.jsonl`. */
export async function ownPicturesPage(folder: string, reading: string | null): Promise<Map<string, string>> {
  const all = await readOwnPictures(folder);
  const records = all.filter(({ set }) => !set.endsWith('-even'));
  const drawn = await readFile(join(folder, 'drawn.jsonl'), 'utf8').catch(() => '');
  const parts = [
    '# Own pictures: what was measured, and what was not\n',
    'What a newcomer’s pictures would get, judged on all test pictures of a class at the threshold that the training pictures alone gave. In percent; false alarms and misses are counted over the trials together. One thread of ' +
      'a machine that did other work; seconds are processor seconds and still longer than on one at rest. Records with every score: `records.jsonl`.\n',
    '```\nnpx tsx experiments/tuning/own-pictures.ts --data data/mvtec --out results/own-pictures/records.jsonl --methods patchcore,htdg:fast-rotations,pixel-mse,nearest-pixel,deep-svdd,drocc,geom,goad,differnet-random\nnpm run results\n```\n',
    methodTable(records),
    reading?.trim() ?? '',
    '\n## The two together\n',
    'The sum of the scores of `patchcore` and HTDG, each from 0 at what is ordinary to 1 at its threshold, beside each alone: AUROC of each trial in percent.\n',
    sumTable(records),
    ...(drawn
      ? [
          '## Chosen by drawn damage\n',
          'Versions of `patchcore` on pictures that no test has: the generated cloth and part under other names, and training pictures of MVTec AD’s grid with bent, broken, threaded, glued and contaminated wires drawn into some. A damaged ' +
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
  const rows = grouped(all, ({ method, set, shots }) =>
    [method.replace(':', ' '), set, shots].join(' | '),
  ).map(([named, records]) => {
    const known = (column: keyof OwnPicturesRecord): number[] =>
      records.flatMap((one) => (typeof one[column] === 'number' ? [one[column]] : []));
    const average = (column: Column, write: (value: number) => string): string => {
      const values = known(column);
      return values.length > 0 ? write(mean(values)) : '';
    };
    const total = (column: 'falseAlarms' | 'misses' | 'good' | 'bad'): number =>
      known(column).reduce((sum, value) => sum + value, 0);
    const judged = known('falseAlarms').length > 0;
    const cells = [
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
    return [...named.split(' | '), ...cells];
  });
  const header =
    'method|set|pictures|AUROC of each trial|pixel AUROC|PRO|false alarms|misses|good pixels above|fit|calibration|a picture|memory';
  return markdownTable({ head: header.split('|'), textColumns: 3, rows, notes: [] });
}

/** Per set and number of pictures: each method alone, and the sum of what their calibrations make of the scores. */
function sumTable(all: readonly OwnPicturesRecord[]): string {
  const rows = grouped(
    all.filter(({ method }) => method === ours || method === other),
    ({ set, shots }) => `${set} | ${shots}`,
  ).flatMap(([named, records]) => {
    const pairs = records
      .filter(({ method }) => method === ours)
      .flatMap((one) => {
        const two = records.find(({ method, trial }) => method === other && trial === one.trial);
        return two?.scores && two.level && one.scores && one.level ? [[one, two] as const] : [];
      });
    if (pairs.length === 0) return [];
    const sums = pairs.map(([one, two]) => {
      const [first, second] = [calibrated(one), calibrated(two)];
      return { auroc: auroc(first.map((value, i) => value + second[i]), one.anomalous!.map(Boolean)) };
    });
    return [[...named.split(' | '), trialsOf(pairs.map(([one]) => one)), trialsOf(pairs.map(([, two]) => two)), trialsOf(sums)]];
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

interface Drawn {
  readonly variant: string;
  readonly set: string;
  readonly strength: number;
  readonly auroc: number;
}

/** A row a variant, a column a set and strength; means over draws. */
function drawnTable(text: string): string {
  const lines = text.split('\n').filter(Boolean);
  const all = lines.map((line) => JSON.parse(line) as Drawn);
  const columns = grouped(all, ({ set, strength }) => `${set}, ${Math.round(100 * strength)} %`).map(
    ([name]) => name,
  );
  const variants = [...new Set(all.map(({ variant }) => variant))];
  const rows = variants.map((variant) => {
    const means = columns.map((column) => {
      const members = all.filter(
        (one) => one.variant === variant && `${one.set}, ${Math.round(100 * one.strength)} %` === column,
      );
      return members.length > 0 ? mean(members.map((one) => one.auroc)) : NaN;
    });
    return [variant || '`few-shot`', ...means.map(percent), percent(mean(means))];
  });
  return markdownTable({ head: ['settings', ...columns, 'mean'], textColumns: 1, rows, notes: [] });
}

function trialsOf(records: readonly { readonly auroc: number }[]): string {
  return records.map((one) => percent(one.auroc)).join(', ');
}

const percent = (value: number): string => (Number.isNaN(value) ? '–' : (100 * value).toFixed(1));
