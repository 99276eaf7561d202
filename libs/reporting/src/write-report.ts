import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '@fsad/files';
import { readSummaries } from '@fsad/runner';
import { collectExperiments, experimentId, type ExperimentTrials } from './collect.ts';
import type { SettingComparison } from './compare.ts';
import { experimentContent } from './experiment-content.ts';
import type { PlannedFigure } from './experiment-figures.ts';
import { experimentPage } from './experiment-page.ts';
import { drawFigure, figurePng } from './figure.ts';
import { html, type Html } from './html.ts';
import { experimentMarkdown } from './markdown.ts';
import { htmlPage } from './page.ts';
import { summaryCsv } from './summary-csv.ts';
import { openTrialCsv, type TrialCsv } from './trial-csv.ts';
import { counted, settingName } from './words.ts';

/** The first thing to know of a setting: AUROC of its main method, averaged over the classes that ran, percent. */
export interface Headline {
  readonly setting: string;
  readonly label: string;
  readonly mean: number;
  /** The paper's over the same classes; null where it has none. */
  readonly paper: number | null;
}

/** What was written for one experiment at one budget. */
export interface WrittenReport {
  readonly experiment: string;
  readonly budget: string;
  readonly trials: number;
  readonly failed: number;
  /** Day of the last trial that finished, e.g. `2026-01-31`. */
  readonly date: string;
  readonly headlines: readonly Headline[];
  /** Its HTML page; the other files lie beside it. */
  readonly page: string;
}

/**
 * Writes the report of everything a store holds: for each experiment and budget a folder with `index.html`, `trials.csv`,
 * `summary.csv`, `tables.md` and `figures/`, and over them an `index.html` that lists them.
 *
 * Reads results only, a line at a time: memory grows by a few numbers a trial. Files are replaced whole; figures of an
 * earlier report that are no longer made are removed.
 * @param report told what is being written, for a progress display
 * @throws Error when the store is absent or holds no finished trial
 */
export async function writeReport(
  store: string,
  out: string,
  report: (stage: string) => void = () => undefined,
): Promise<WrittenReport[]> {
  const found = await stat(store).catch(() => null);
  if (!found?.isDirectory()) {
    throw new Error(`${store}: no store of results there; name the folder given to "fsad run --store"`);
  }
  report('reading results');
  const experiments = await collectWithCsv(store, out);
  if (experiments.length === 0) {
    throw new Error(`${store}: no finished trial in this store; "fsad run" an experiment into it first`);
  }
  const written: WrittenReport[] = [];
  for (const trials of experiments) {
    const { experiment, budget } = trials;
    report(`writing ${experimentId(trials)}`);
    const headlines = await writeExperiment(store, join(out, experimentId(trials)), trials);
    written.push({
      experiment,
      budget,
      headlines,
      date: trials.finishedAt.slice(0, 10),
      trials: trials.trials,
      failed: trials.trials - (trials.statuses.get('ok') ?? 0),
      page: join(out, experimentId(trials), 'index.html'),
    });
  }
  await replaceFile(join(out, 'index.html'), overview(written));
  return written;
}

/** Collects the experiments and writes each one's `trials.csv` while its trials pass. */
async function collectWithCsv(store: string, out: string): Promise<ExperimentTrials[]> {
  const files = new Map<string, TrialCsv>();
  try {
    const experiments = await collectExperiments(readSummaries(store), async (summary) => {
      const id = experimentId(summary.cell);
      let file = files.get(id);
      if (!file) {
        await mkdir(join(out, id, 'figures'), { recursive: true });
        files.set(id, (file = openTrialCsv(join(out, id, 'trials.csv'))));
      }
      await file.add(summary);
    });
    for (const file of files.values()) await file.close();
    return experiments;
  } catch (error) {
    for (const file of files.values()) await file.abandon();
    throw error;
  }
}

async function writeExperiment(
  store: string,
  folder: string,
  trials: ExperimentTrials,
): Promise<readonly Headline[]> {
  const content = await experimentContent(store, trials);
  const { comparisons, figures } = content;
  await replaceFile(join(folder, 'summary.csv'), summaryCsv(comparisons));
  await replaceFile(join(folder, 'tables.md'), experimentMarkdown(content));
  await writeFigures(join(folder, 'figures'), figures);
  await replaceFile(join(folder, 'index.html'), await experimentPage(content, 'files beside it'));
  return comparisons.flatMap(headline);
}

/** The main method's AUROC in a setting, percent. */
function headline(comparison: SettingComparison): Headline[] {
  const row = comparison.rows.find(({ detector }) => detector === 'htdg') ?? comparison.rows.at(0);
  if (!row) return [];
  const { label, measured, published } = row;
  return [{ setting: settingName(comparison), label, mean: measured.mean, paper: published?.mean ?? null }];
}

async function writeFigures(folder: string, figures: readonly PlannedFigure[]): Promise<void> {
  const names = new Set<string>();
  for (const { name, title, panels } of figures) {
    const figure = await drawFigure(
      title,
      panels.map(({ draw }) => draw()),
      Math.min(3, panels.length),
    );
    const files: [string, string | Uint8Array][] = [
      [`${name}.svg`, figure.svg],
      [`${name}.png`, await figurePng(figure)],
      [`${name}.vl.json`, `${JSON.stringify(figure.spec, null, 1)}\n`],
    ];
    for (const [file, content] of files) {
      await replaceFile(join(folder, file), content);
      names.add(file);
    }
  }
  for (const file of await readdir(folder)) {
    if (/\.(svg|png|vl\.json)$/.test(file) && !names.has(file)) await rm(join(folder, file));
  }
}

function overview(written: readonly WrittenReport[]): string {
  return htmlPage(
    'Results',
    html`
      <h1>Results</h1>
      <p class="lead">One page an experiment and budget; tables, figures and CSV files lie beside each.</p>
      <div class="scroll" role="region" aria-label="experiments" tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">experiment</th>
              <th scope="col">budget</th>
              <th scope="col">AUROC, % (the paper’s over the same classes)</th>
              <th scope="col" class="number">trials</th>
              <th scope="col">last finished</th>
            </tr>
          </thead>
          <tbody>
            ${written.map(
              (one) =>
                html`<tr>
                  <td><a href="${experimentId(one)}/index.html">${one.experiment}</a></td>
                  <td>${one.budget}</td>
                  <td>${headlineList(one.headlines)}</td>
                  <td class="number">${one.trials}${one.failed > 0 ? `, ${one.failed} failed` : ''}</td>
                  <td>${one.date}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `,
  );
}

/** Settings an overview names; the page of the experiment has them all. */
const shownHeadlines = 6;

function headlineList(headlines: readonly Headline[]): Html {
  const rest = headlines.length - shownHeadlines;
  return html`${headlines.slice(0, shownHeadlines).map(
    ({ setting, label, mean, paper }) =>
      html`<div class="headline">
        <strong>${mean.toFixed(1)}</strong>${paper === null ? '' : ` (${paper.toFixed(1)})`}
        <small>${label}, ${setting}</small>
      </div>`,
  )}
  ${rest > 0 ? html`<small>and ${counted(rest, 'more setting')}</small>` : null}`;
}
