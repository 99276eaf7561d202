/**
 * AUROC against processor seconds of training, from what `fast.ts` measured: a table on stdout, a figure as SVG and PNG.
 *
 *   npx tsx experiments/tuning/curve.ts results/fast/validation.jsonl --out results/fast/curve
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { mean, std } from 'mathjs';
import { drawFigure, figurePng, type Panel } from '@fsad/reporting';

interface Row {
  readonly setting: string;
  /** dataset/class/trial */
  readonly triple: string;
  readonly auroc: number;
  /** Processor seconds. */
  readonly training: number;
  readonly scoring: number;
  readonly images: number;
}

/** A setting over the triples of one colour. */
interface Point {
  readonly setting: string;
  readonly preset: string;
  readonly colour: 'grey' | 'RGB';
  readonly triples: number;
  /** In percent. */
  readonly auroc: number;
  readonly std: number;
  readonly seconds: number;
  /** Processor seconds of scoring one image. */
  readonly imageSeconds: number;
}

const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true });
if (positionals.length === 0 || !values.out) throw new Error('FILE.jsonl and --out PATH are needed');
const texts = await Promise.all(positionals.map((path) => readFile(path, 'utf8')));
const rows = texts.flatMap((text) => text.trim().split('\n')).map((line) => JSON.parse(line) as Row);
const points = (['grey', 'RGB'] as const).flatMap((colour) => pointsOf(rows, colour));

const head = '| colour | setting | triples | AUROC | std | training, s | scoring, s an image |';
const table = points.map(
  ({ colour, setting, triples, auroc, std: spread, seconds, imageSeconds }) =>
    `| ${[colour, `\`${setting}\``, triples, auroc.toFixed(1), spread.toFixed(1), seconds.toFixed(1), imageSeconds.toFixed(3)].join(' | ')} |`,
);
process.stdout.write(`${[head, '| --- | --- | --- | --- | --- | --- | --- |', ...table].join('\n')}\n`);

const figure = await drawFigure(
  'Mean AUROC on validation images against processor seconds of training, by preset and iterations.',
  (['grey', 'RGB'] as const).map((colour) =>
    panel(
      colour,
      points.filter((point) => point.colour === colour),
    ),
  ),
);
await writeFile(`${values.out}.svg`, figure.svg);
await writeFile(`${values.out}.png`, await figurePng(figure));

function pointsOf(all: readonly Row[], colour: 'grey' | 'RGB'): Point[] {
  const ofColour = all.filter(({ triple }) => triple.startsWith('cifar10/') === (colour === 'RGB'));
  const settings = [...new Set(ofColour.map(({ setting }) => setting))];
  return settings
    .map((setting): Point => {
      const members = ofColour.filter((row) => row.setting === setting);
      const aurocs = members.map(({ auroc }) => 100 * auroc);
      return {
        setting,
        preset: setting.split('-')[0],
        colour,
        triples: members.length,
        auroc: mean(aurocs),
        std: members.length > 1 ? Number(std(aurocs)) : 0,
        seconds: mean(members.map(({ training }) => training)),
        imageSeconds: mean(members.map(({ scoring, images }) => scoring / images)),
      };
    })
    .sort((a, b) => a.preset.localeCompare(b.preset) || a.seconds - b.seconds);
}

/**
 * One line a preset along its numbers of iterations; other changes are points with their name. Settings that lack models are left out: their mean is of
 * others.
 */
function panel(colour: string, members: readonly Point[]): Panel {
  const most = Math.max(...members.map(({ triples }) => triples));
  const data = members
    .filter(({ triples }) => triples === most)
    .map((point) => ({
      ...point,
      plain: /^[a-z]+-(\d+|ten-times)$/.test(point.setting),
      label: point.setting.slice(point.preset.length + 1),
    }));
  const x = {
    field: 'seconds',
    type: 'quantitative',
    scale: { type: 'log', nice: false, padding: 24 },
    axis: { title: 'training, processor seconds', values: [2, 5, 10, 20, 50, 100, 200, 500] },
  };
  const y = {
    field: 'auroc',
    type: 'quantitative',
    scale: { zero: false },
    axis: { title: 'AUROC, %', tickCount: 6 },
  };
  const color = { field: 'preset', type: 'nominal', legend: { title: null, orient: 'bottom' } };
  return {
    title: `${colour}: mean of ${most} one-shot models`,
    width: 380,
    height: 260,
    data: { values: data },
    layer: [
      {
        transform: [{ filter: 'datum.plain' }],
        mark: { type: 'line', point: { size: 40, filled: true } },
        encoding: { x, y, color },
      },
      {
        transform: [{ filter: '!datum.plain' }],
        mark: { type: 'point', shape: 'diamond' },
        encoding: { x, y, color },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, dy: -8, fontSize: 9 },
        encoding: { x, y, color, text: { field: 'label' } },
      },
    ],
  };
}
