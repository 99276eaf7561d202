import { summarize } from '@fsad/metrics';
import type { Cell } from '@fsad/runner';
import { aurocLinePanel, type LineSeries } from '../comparison-figures.ts';
import { drawFigure, figurePng, type Panel } from '../figure.ts';
import { publishedTable } from '../published.ts';
import { counted, datasetName, plusMinus } from '../words.ts';
import { differenceText } from './claims.ts';
import { pairedDifference, pointsOf, select, type Point } from './measured.ts';
import { provenanceText } from './provenance-text.ts';
import type { TrialRecord } from './record.ts';

const experiment = 'iterations';

/** Iterations of the paper and of `fast`, by colour. */
const trainings = { grey: { paper: 500, fast: 100 }, rgb: { paper: 1000, fast: 25 } } as const;

function colourOf({ dataset }: Cell): keyof typeof trainings {
  return dataset === 'cifar10' ? 'rgb' : 'grey';
}

/** AUROC in percent after so many iterations of one training. */
function after(point: Point, iterations: number): number | null {
  const step = point.record.metrics?.onTheWay?.find((one) => one.iterations === iterations);
  return step ? 100 * step.auroc : null;
}

/** The page of AUROC against iterations, file name to content; null without a trial. */
export async function iterationsPage(
  records: readonly TrialRecord[],
  reading: string | null,
): Promise<{ files: Map<string, string | Uint8Array>; trials: number } | null> {
  const points = pointsOf(records, experiment).filter(
    ({ cell, record }) => cell.budget !== 'smoke' && record.metrics?.onTheWay,
  );
  if (points.length === 0) return null;
  const files = new Map<string, string | Uint8Array>();
  const parts = [
    '# AUROC against iterations\n',
    'One training of three coarse scales, scored after some of its iterations: what a model gains and what it loses while it learns. A scale is scored as it was after so many of its own iterations; the scales ' +
      'below it had had all of theirs, which is exact at the coarsest scale and nearly so above it. The paper prints no such curve; its numbers, over five scales, stand beside the last column they belong to.\n',
    '```\nnpx fsad run experiments/iterations.ts --budget reduced --where shots=1 --data cifar10=data/cifar-10-batches-bin --data mnist=data/mnist --data fashion-mnist=data/fashion-mnist\n```\n',
  ];
  if (reading) parts.push('## Reading\n', `${reading.trim()}\n`);
  for (const { budget, shots, variant } of groupsOf(points)) {
    const members = select(points, { budget, shots, variant });
    const datasets = [...new Set(members.map(({ cell }) => cell.dataset))].sort();
    const figures: string[] = [];
    for (const dataset of datasets) {
      const file = `auroc-by-iterations-${budget}-${shots}-${variant}-${dataset}.png`;
      const title = `AUROC against iterations, ${datasetName(dataset)}`;
      files.set(file, await figurePng(await drawFigure(title, [panelOf(select(members, { dataset }))])));
      figures.push(`![${title}](${file})`);
    }
    parts.push(
      `## ${shots}-shot, training of \`${budget}\`${variant === 'always' ? ', the generator in every iteration' : ''}\n`,
      `${figures.join(' ')}\n`,
      ...datasets.map((dataset) =>
        classTable(select(members, { dataset })),
      ),
      '### What more iterations than those of `fast` do\n',
      comparedWithFast(members),
      '### What the discriminator’s loss says\n',
      lossTable(members),
    );
  }
  parts.push('## Where the numbers come from\n', provenanceText(points));
  files.set('README.md', parts.join('\n'));
  return { files, trials: points.length };
}

function groupsOf(points: readonly Point[]): Pick<Cell, 'budget' | 'shots' | 'variant'>[] {
  const ids = new Map(
    points.map(({ cell: { budget, shots, variant } }) => [`${variant}/${budget}/${shots}`, { budget, shots, variant }]),
  );
  // The plain training first.
  return [...ids].sort(([a], [b]) => (a > b ? -1 : 1)).map(([, group]) => group);
}

function stepsOf(points: readonly Point[]): number[] {
  const all = points.flatMap(({ record }) => record.metrics?.onTheWay?.map(({ iterations }) => iterations) ?? []);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** A line a class; all points are of one dataset. */
function panelOf(points: readonly Point[]): Panel {
  const steps = stepsOf(points);
  const series = classesOf(points).map((name): LineSeries => {
    const own = select(points, { class: name });
    return {
      label: name,
      source: 'measured',
      points: steps.flatMap((x) => {
        const values = own.flatMap((point) => after(point, x) ?? []);
        return values.length > 0 ? [{ x, ...summarize(values) }] : [];
      }),
    };
  });
  const title = datasetName(points[0].cell.dataset);
  return aurocLinePanel(title, { title: 'iterations a scale', ticks: steps }, series);
}

function classesOf(points: readonly Point[]): string[] {
  return [...new Set(points.map(({ cell }) => cell.class))].sort();
}

function classTable(points: readonly Point[]): string {
  const { cell } = points[0];
  const steps = stepsOf(points);
  const published = publishedTable('methods', cell.dataset, cell.shots);
  const rows = classesOf(points).map((name) => {
    const own = select(points, { class: name });
    const texts = steps.map((step) => {
      const values = own.flatMap((point) => after(point, step) ?? []);
      if (values.length === 0) return '–';
      const { mean, std } = summarize(values);
      return plusMinus(mean, std);
    });
    const paper = published?.value('Ours', { class: name });
    return `| ${name} | ${own.length} | ${texts.join(' | ')} | ${paper ? plusMinus(paper.mean, paper.std) : '–'} |`;
  });
  const means = steps.map((step) => {
    const values = points.flatMap((point) => after(point, step) ?? []);
    return values.length === 0 ? '–' : `**${summarize(values).mean.toFixed(1)}**`;
  });
  const head = steps.map(String).join(' | ');
  return [
    `| ${datasetName(cell.dataset)} | trials | ${head} | paper, ${trainings[colourOf(cell)].paper} |`,
    `| --- | ---: | ${steps.map(() => '---:').join(' | ')} | ---: |`,
    ...rows,
    `| mean | ${points.length} | ${means.join(' | ')} | |`,
    '',
  ].join('\n');
}

/** Paired over trainings: the curve's value minus that at the iterations of `fast`. */
function comparedWithFast(points: readonly Point[]): string {
  const rows = (['rgb', 'grey'] as const).flatMap((colour) => {
    const members = points.filter(({ cell }) => colourOf(cell) === colour);
    const { fast } = trainings[colour];
    const usable = members.filter((point) => after(point, fast) !== null);
    if (usable.length === 0) return [];
    return stepsOf(usable)
      .filter((step) => step !== fast)
      .map((step) => {
        const reached = usable.filter((point) => after(point, step) !== null);
        const by = pairedDifference(
          reached,
          reached,
          undefined,
          (point) => after(point, step)!,
          (point) => after(point, fast)!,
        );
        return `| ${colour === 'rgb' ? 'RGB' : 'grey'} | ${step} against ${fast} | ${by ? differenceText(by) : '–'} |`;
      });
  });
  return ['| colour | iterations | points of AUROC |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

/** The loss on real copies beside the AUROC, coarsest scale: could a training that sees no test image know when to stop? */
function lossTable(points: readonly Point[]): string {
  const steps = stepsOf(points);
  const rows = [...points]
    .sort((a, b) => (label(a) < label(b) ? -1 : 1))
    .map((point) => {
      const texts = steps.map((step) => {
        const loss = point.record.losses?.find(({ iterations }) => iterations === step)?.real[0];
        const scale = point.record.metrics?.onTheWay?.find(({ iterations }) => iterations === step)?.perScale[0];
        return loss === undefined || scale === undefined ? '–' : `${loss.toFixed(2)}, ${(100 * scale).toFixed(1)}`;
      });
      return `| ${label(point)} | ${texts.join(' | ')} |`;
    });
  return [
    `The discriminator's cross-entropy on real copies (mean of the ten iterations before) and the AUROC of the coarsest scale alone; ${counted(points.length, 'training')}.`,
    '',
    `| class, trial | ${steps.join(' | ')} |`,
    `| --- | ${steps.map(() => '---:').join(' | ')} |`,
    ...rows,
    '',
  ].join('\n');
}

function label({ cell }: Point): string {
  return `${datasetName(cell.dataset)} ${cell.class}, ${cell.trial}`;
}
