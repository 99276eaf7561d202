import { join } from 'node:path';
import { z } from 'zod';
import { auroc, leastTrials, pairedDifference, summarize } from '@fsad/metrics';
import { groupBy } from '../comparison-table.ts';
import { markdownTable } from '../experiment-tables.ts';
import { drawFigure, figurePng, type Panel } from '../figure.ts';
import { plusMinus, signed, signedGap } from '../words.ts';
import { readJsonLines } from './json-lines.ts';
import { methodName, percent, readOwnPictures, trialsOf, type OwnPicturesRecord } from './own-pictures-records.ts';

/** One line of `levels.jsonl`: the mean levels, 0 to 255, of the pictures of one kind; `training`, `good`, or a kind of damage. */
const levelsRow = z.object({ class: z.string(), kind: z.string(), levels: z.array(z.number()).readonly() });

type Levels = z.infer<typeof levelsRow>;

/** The page of what the light alone tells of MVTec AD's grid and screw, and what it is worth to the methods. */
export async function lightPage(
  folder: string,
  ownPictures: string,
  reading: string | null,
): Promise<Map<string, string | Uint8Array>> {
  const all = await readJsonLines(join(folder, 'levels.jsonl'), levelsRow);
  const classes = [...new Set(all.map((one) => one.class))];
  const of = (name: string): Levels[] => all.filter((one) => one.class === name);
  const title = 'Mean level of every picture of MVTec AD’s screw and grid, by kind: training, good test pictures, and kinds of damage.';
  const figure = await drawFigure(title, classes.map((name) => panelOf(name, of(name))));
  const parts = [
    '# Screw and grid: what the light gives away\n',
    'MVTec AD’s good and damaged pictures were not taken in the same light. How well does one number, the mean level of a picture, tell them apart, and what is left of each method where every picture is brought to the same mean level?\n',
    '```\nnpx tsx experiments/tuning/levels.ts --data data/mvtec --out results/light/levels.jsonl\nnpx tsx experiments/tuning/own-pictures.ts --data data/mvtec --out results/own-pictures/records.jsonl --shots 1 --sets screw,screw-even,grid,grid-even --methods patchcore,htdg:fast-rotations\nnpm run results\n```\n',
    `![${title}](levels.png)\n`,
    '_A dot a picture. No method looks at training and test pictures together; the figure does._\n',
    ...(reading ? ['## Reading\n', `${reading.trim()}\n`] : []),
    '## The level alone\n',
    'AUROC in percent of “the brighter, the more damaged”, and of “the farther from the mean of the training pictures, the more damaged”, which needs no damaged picture.\n',
    levelTable(classes.map((name) => [name, of(name)])),
    '## Methods with and without the light\n',
    'AUROC in percent of each trial, one training picture. _Even_: every picture, training pictures too, multiplied so that its mean level is that of the training picture (but for what 255 cuts off); contrast is multiplied with it. From the [records of own pictures](../own-pictures).\n',
    methodTable(await readOwnPictures(ownPictures), classes),
    '## Where the numbers come from\n',
    '- Pictures: MVTec AD, grid and screw, all training and test pictures, 128 pixels a side.',
    '- Nothing was chosen by this page: what came after it (version 6 of `patchcore`) was chosen on drawn damage.',
    '',
  ];
  return new Map<string, string | Uint8Array>([
    ['levels.png', await figurePng(figure)],
    ['README.md', parts.join('\n')],
  ]);
}

function panelOf(name: string, kinds: readonly Levels[]): Panel {
  const values = kinds.flatMap(({ kind, levels }) =>
    levels.map((level, i) => ({ kind: nameOf(kind), level, group: groupOf(kind), up: ((i * 7) % 11) / 11 })),
  );
  return {
    title: name,
    width: 330,
    height: 240,
    data: { values },
    mark: { type: 'circle', size: 14, opacity: 0.6 },
    encoding: {
      x: { field: 'level', type: 'quantitative', scale: { zero: false }, axis: { title: 'mean level, 0 to 255' } },
      y: { field: 'kind', type: 'nominal', sort: orderOf(kinds), axis: { title: null } },
      yOffset: { field: 'up', type: 'quantitative' },
      color: {
        field: 'group',
        type: 'nominal',
        sort: ['training', 'good', 'damaged'],
        legend: { title: null, orient: 'bottom' },
      },
    },
  };
}

function groupOf(kind: string): string {
  return kind === 'training' || kind === 'good' ? kind : 'damaged';
}

const nameOf = (kind: string): string => (kind === 'good' ? 'good, test' : kind.replaceAll('_', ' '));

function orderOf(kinds: readonly Levels[]): string[] {
  const damage = kinds.map(({ kind }) => kind).filter((kind) => groupOf(kind) === 'damaged');
  return ['training', 'good', ...damage].map(nameOf);
}

function levelTable(classes: readonly (readonly [string, readonly Levels[]])[]): string {
  const rows = classes.map(([name, kinds]) => {
    const levelsOf = (group: string): number[] =>
      kinds.filter(({ kind }) => groupOf(kind) === group).flatMap(({ levels }) => levels);
    const [training, good, damaged] = ['training', 'good', 'damaged'].map(levelsOf);
    const centre = summarize(training).mean;
    const labels = [...good.map(() => false), ...damaged.map(() => true)];
    const tested = [...good, ...damaged];
    const far = auroc(tested.map((level) => Math.abs(level - centre)), labels);
    const cells = [training, good, damaged].map((levels) => {
      const { mean, std } = summarize(levels);
      return plusMinus(mean, std);
    });
    return [name, ...cells, percent(auroc(tested, labels)), percent(far)];
  });
  return markdownTable({
    head: ['class', 'level of training pictures', 'of good test pictures', 'of damaged ones', 'brighter', 'farther'],
    textColumns: 1,
    rows,
    notes: [],
  });
}

/** Methods that were measured both ways, by trials that both have. */
function methodTable(records: readonly OwnPicturesRecord[], classes: readonly string[]): string {
  const keyOf = ({ method, set, testSubset, trial }: OwnPicturesRecord): string =>
    [method, set, testSubset ?? '', trial].join('\0');
  const one = records.filter(({ shots }) => shots === 1);
  const even = new Map(one.filter((record) => record.even).map((record) => [keyOf(record), record]));
  const pairs = one
    .filter((record) => !record.even && classes.includes(record.set))
    .flatMap((given) => {
      const lit = even.get(keyOf(given));
      return lit ? [{ given, lit }] : [];
    })
    .sort((a, b) => (keyOf(a.given) < keyOf(b.given) ? -1 : 1));
  const groups = groupBy(pairs, ({ given }) => `${given.set}\0${given.method}`);
  const rows = classes.flatMap((name) =>
    [...groups.values()]
      .filter(([{ given }]) => given.set === name)
      .map((members) => {
        const [given, lit] = [members.map((pair) => pair.given), members.map((pair) => pair.lit)];
        return [name, methodName(given[0]), trialsOf(given), trialsOf(lit), changeOf(lit, given)];
      }),
  );
  return markdownTable({
    head: ['class', 'method', 'as given', 'even', 'change (95 % interval)'],
    textColumns: 2,
    rows,
    notes: [],
  });
}

/** The mean of the differences in points of AUROC, with the interval of Student's t where there are trials enough. */
function changeOf(after: readonly OwnPicturesRecord[], before: readonly OwnPicturesRecord[]): string {
  const [a, b] = [after, before].map((trials) => trials.map((one) => 100 * one.auroc));
  if (a.length < leastTrials) return signed(summarize(a).mean - summarize(b).mean);
  const { mean, interval } = pairedDifference(a, b);
  return interval ? signedGap({ mean, interval }) : signed(mean);
}
