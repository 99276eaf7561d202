import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contactSheet, decodeImage, encodePng, type Image } from '@fsad/images';
import { bestF1 } from '@fsad/metrics';
import {
  readResult,
  sidePath,
  summaries,
  type Artefact,
  type TrialCurves,
  type TrialScores,
  type TrialSummary,
} from '@fsad/runner';
import type { Drawings, Group, TrialDrawings } from '@fsad/tracking';
import { collectExperiments } from './collect.ts';
import { experimentContent } from './experiment-content.ts';
import { experimentPage } from './experiment-page.ts';
import { drawFigure, figurePng } from './figure.ts';
import { lossCurves, lossPanels } from './learning-curves.ts';
import { rocPanel, scoreHistogramPanel } from './score-figures.ts';

/** A table as MLflow stores it. */
interface Table {
  readonly columns: readonly string[];
  readonly data: readonly (readonly (string | number | boolean)[])[];
}

/** What MLflow shows of a store's trials: for each its curves, scores and maps as pictures and a table, for each kind of trial a report. */
export function mlflowDrawings(store: string): Drawings {
  return {
    async ofTrial(key) {
      const result = await readResult(store, key);
      if (result?.status !== 'ok') return null;
      const folder = sidePath(store, key);
      const json = async (file: string): Promise<unknown> =>
        JSON.parse(await readFile(join(folder, file), 'utf8')) as unknown;
      const scores = (await json('scores.json')) as TrialScores;
      const curves = (await json('curves.json')) as TrialCurves;
      return trialDrawings(folder, scores, curves, result.artefacts);
    },
    async ofGroup(group, keys) {
      const [trials] = await collectExperiments(summariesOf(store, group, keys));
      if (!trials) return null;
      const page = await experimentPage(await experimentContent(store, trials), 'alone');
      const table = 'tables/trials.json';
      const files = new Map([
        ['report.html', page],
        [table, JSON.stringify(trialTable(trials.records))],
      ]);
      return { files, tables: [table] };
    },
  };
}

async function* summariesOf(
  store: string,
  group: Group,
  keys: readonly string[],
): AsyncGenerator<TrialSummary> {
  const fields = Object.keys(group).filter((field) => field !== 'trial') as (keyof Group)[];
  for (const key of keys) {
    const result = await readResult(store, key);
    for (const summary of result ? summaries(result) : []) {
      if (fields.every((field) => summary.cell[field] === group[field])) yield summary;
    }
  }
}

async function trialDrawings(
  folder: string,
  scores: TrialScores,
  curves: TrialCurves,
  artefacts: readonly Artefact[],
): Promise<TrialDrawings> {
  const { threshold } = bestF1(scores.values, scores.anomalous);
  const files = new Map<string, string | Uint8Array>();
  const draw = async (
    name: string,
    description: string,
    panels: Record<string, unknown>[],
  ): Promise<void> => {
    const figure = await drawFigure(description, panels, Math.min(2, panels.length));
    files.set(`pictures/${name}.png`, await figurePng(figure));
  };
  const { values, anomalous } = scores;
  await draw('roc', 'ROC curve', [rocPanel(values, anomalous)]);
  await draw('histogram', 'Anomaly scores; dashed: the threshold of the best F1', [
    scoreHistogramPanel(values, anomalous, threshold),
  ]);
  const panels = lossPanels(lossCurves(curves));
  if (panels.length > 0) await draw('losses', 'Losses', panels);
  const maps = artefacts.filter(({ kind }) => kind === 'map');
  const names = new Map(
    maps.map((map, place) => [map.file, `maps/${mapName(map, place, scores, threshold)}.png`]),
  );
  if (maps.length > 0) files.set('maps/contact-sheet.png', await mapSheet(folder, maps, scores, threshold));
  const table = 'tables/scores.json';
  files.set(table, JSON.stringify(scoreTable(scores, threshold)));
  return { files, tables: [table], names };
}

/** `found`, `missed`, `passed` or `false alarm` of a test image at a threshold. */
function decision(
  id: string | null,
  score: number | null,
  { ids, anomalous }: TrialScores,
  threshold: number,
): string {
  const at = id === null ? -1 : ids.indexOf(id);
  if (at < 0 || score === null) return 'not scored';
  return decided(score, anomalous[at], threshold);
}

function decided(score: number, isAnomalous: boolean, threshold: number): string {
  const called = score >= threshold;
  if (isAnomalous) return called ? 'found' : 'missed';
  return called ? 'false alarm' : 'passed';
}

/** `00 bent-000 -0.698 false alarm`, in letters that MLflow takes and short enough for its list of files. */
function mapName({ image, score }: Artefact, place: number, scores: TrialScores, threshold: number): string {
  const picture = pictureName(image).replaceAll(/[^\w.-]+/g, '-');
  const number = score === null ? '' : ` ${score.toPrecision(3)}`;
  return `${String(place).padStart(2, '0')} ${picture}${number} ${decision(image, score, scores, threshold)}`;
}

/** The end of an image's id without its ending: `bent/000`. */
function pictureName(id: string | null): string {
  return (id?.split('/').slice(-2).join('/') ?? 'sample').replace(/\.\w+$/, '');
}

async function mapSheet(
  folder: string,
  maps: readonly Artefact[],
  scores: TrialScores,
  threshold: number,
): Promise<Uint8Array> {
  const read = async (file: string | undefined): Promise<Image | null> =>
    file === undefined ? null : decodeImage(await readFile(join(folder, file)), file);
  const rows = await Promise.all(
    maps.map(async ({ original, mask, file }) => [await read(original), await read(mask), await read(file)]),
  );
  const sheet = contactSheet(
    rows,
    {
      title: 'Anomaly maps',
      subtitle:
        'Decisions at the threshold of the best F1, chosen with the labels in view. One colour scale for all.',
      columns: ['picture', 'true defect', 'anomaly map'],
      rows: maps.map(
        ({ image, score }) =>
          `${pictureName(image)}: ${score?.toPrecision(3) ?? '–'}, ${decision(image, score, scores, threshold)}`,
      ),
    },
    160,
  );
  return encodePng(sheet);
}

/** Trials as MLflow's tables are; AUROC from 0 to 1, as its metrics. */
function trialTable(records: readonly TrialSummary[]): Table {
  return {
    columns: ['trial', 'auroc', 'low', 'high', 'seconds', 'split'],
    data: records.flatMap(({ cell, metrics, seconds, split }) =>
      metrics ? [[cell.trial, metrics.auroc, ...metrics.aurocInterval, seconds.total, split]] : [],
    ),
  };
}

/** Every score as MLflow's tables are: columns and rows. */
function scoreTable({ ids, kinds, anomalous, values }: TrialScores, threshold: number): Table {
  return {
    columns: ['image', 'kind', 'anomalous', 'score', 'decision'],
    data: ids.map((id, i) => [
      id,
      kinds[i],
      anomalous[i],
      values[i],
      decided(values[i], anomalous[i], threshold),
    ]),
  };
}
