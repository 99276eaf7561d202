import { join } from 'node:path';
import { z } from 'zod';
import { summarize } from '@fsad/metrics';
import { drawFigure, figurePng, type Panel } from '../figure.ts';
import { readJsonLines } from './json-lines.ts';

/** One line of `validation.jsonl`: a setting learned from one picture of one class. */
const row = z.object({
  setting: z.string(),
  /** dataset/class/trial */
  triple: z.string(),
  auroc: z.number(),
  /** Processor seconds. */
  training: z.number(),
  scoring: z.number(),
  images: z.number(),
});

type Row = z.infer<typeof row>;

/** A setting over the triples of one colour. */
interface SettingPoint {
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

/** The page of the preset `fast` from `validation.jsonl`, which `experiments/tuning/fast.ts` writes: table, figure, and the text around them. */
export async function fastPage(
  folder: string,
  reading: string | null,
): Promise<Map<string, string | Uint8Array>> {
  const rows = await readJsonLines(join(folder, 'validation.jsonl'), row);
  const points = (['grey', 'RGB'] as const).flatMap((colour) => pointsOf(rows, colour));
  const figure = await drawFigure(
    'Mean AUROC on validation images against processor seconds of training, by preset and iterations.',
    (['grey', 'RGB'] as const).map((colour) =>
      panel(
        colour,
        points.filter((point) => point.colour === colour),
      ),
    ),
  );
  const parts = [
    '# The preset `fast`: AUROC against processor seconds\n',
    'How few scales and iterations do, and how much generator? Nine one-shot models (three classes each of MNIST, FashionMNIST and CIFAR10; trials 90 to 92, which no result reports), 300 reserved validation images ' +
      'each; test images stayed closed.\n',
    '```\nnpx tsx experiments/tuning/fast.ts --data data --out results/fast/validation.jsonl --settings fast-25,fast-50      # one line a (setting, model)\nnpm run results                                                                                                   # this page\n```\n',
    '![AUROC against processor seconds, by preset](curve.png)\n',
    table(points),
    reading?.trim() ?? '',
    '',
  ];
  return new Map<string, string | Uint8Array>([
    ['curve.png', await figurePng(figure)],
    ['README.md', parts.join('\n')],
  ]);
}

function table(points: readonly SettingPoint[]): string {
  const rows = points.map(
    ({ colour, setting, triples, auroc, std, seconds, imageSeconds }) =>
      `| ${[colour, `\`${setting}\``, triples, auroc.toFixed(1), std.toFixed(1), seconds.toFixed(1), imageSeconds.toFixed(3)].join(' | ')} |`,
  );
  return [
    '| colour | setting | triples | AUROC | std | training, s | scoring, s an image |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function pointsOf(all: readonly Row[], colour: 'grey' | 'RGB'): SettingPoint[] {
  const ofColour = all.filter(({ triple }) => triple.startsWith('cifar10/') === (colour === 'RGB'));
  const settings = [...new Set(ofColour.map(({ setting }) => setting))];
  return settings
    .map((setting): SettingPoint => {
      const members = ofColour.filter((row) => row.setting === setting);
      const over = (pick: (row: Row) => number) => summarize(members.map(pick));
      const { mean, std } = over(({ auroc }) => 100 * auroc);
      return {
        setting,
        preset: setting.split('-')[0],
        colour,
        triples: members.length,
        auroc: mean,
        std: std ?? 0,
        seconds: over(({ training }) => training).mean,
        imageSeconds: over(({ scoring, images }) => scoring / images).mean,
      };
    })
    .sort((a, b) => (a.preset < b.preset ? -1 : a.preset > b.preset ? 1 : a.seconds - b.seconds));
}

/**
 * One line a preset along its numbers of iterations; other changes are points with their name. Settings that lack models are left out: their mean is of
 * others.
 */
function panel(colour: string, members: readonly SettingPoint[]): Panel {
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
