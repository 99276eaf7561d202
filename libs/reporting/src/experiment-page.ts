import { duration } from '@fsad/files';
import type { TrialSummary } from '@fsad/runner';
import type { ExperimentTrials } from './collect.ts';
import type { MethodComparison } from './compare-methods.ts';
import type { SettingComparison } from './compare.ts';
import { curveSection, type MethodCurves } from './curve-section.ts';
import { exampleSection } from './example-section.ts';
import type { ExampleTrial } from './example-trials.ts';
import type { PlannedFigure } from './experiment-figures.ts';
import { experimentPageStyle } from './experiment-page-style.ts';
import {
  averageTable,
  classTable,
  comparisonTable,
  readingTables,
  type TextTable,
} from './experiment-tables.ts';
import { html, type Html } from './html.ts';
import { figureRow } from './page-figure.ts';
import { htmlPage } from './page.ts';
import { columnLabel } from './paper-columns.ts';
import type { PaperDifference } from './paper-differences.ts';
import { tableScript } from './table-script.ts';
import { counted, datasetName, engineName, settingName } from './words.ts';

/** What the page of an experiment shows. */
export interface ExperimentPage {
  readonly trials: ExperimentTrials;
  readonly comparisons: readonly SettingComparison[];
  readonly methods: readonly {
    readonly setting: SettingComparison;
    readonly pairs: readonly MethodComparison[];
  }[];
  readonly figures: readonly PlannedFigure[];
  readonly differences: readonly PaperDifference[];
  readonly curves: readonly MethodCurves[];
  readonly examples: readonly ExampleTrial[];
  /** What could not be read or is missing, for the reader. */
  readonly complaints: readonly string[];
}

/** What a budget means for the numbers, said before they are shown. */
const budgetWords: Readonly<Record<ExperimentTrials['budget'], string>> = {
  paper: 'The budget is the paper’s.',
  reduced: 'The budget is reduced: fewer iterations, trials or test images than the paper’s.',
  smoke: 'The budget is smoke: it shows that everything runs. The numbers say nothing about the methods.',
};

/** One self-contained HTML page of an experiment; where there are files beside it, it links them by relative names. */
export async function experimentPage(
  given: ExperimentPage,
  place: 'files beside it' | 'alone',
): Promise<string> {
  const { trials, comparisons, methods, figures, differences, curves, examples, complaints } = given;
  const title = headline(trials.experiment);
  const plots: Html[] = [];
  for (const figure of figures) plots.push(await figureSection(figure));
  const shown: Html[] = [];
  for (const [i, example] of examples.entries()) shown.push(await exampleSection(example, i === 0));
  return htmlPage(
    `${title}, ${trials.budget}`,
    html`
      <p class="kicker">experiment ${trials.experiment} · budget ${trials.budget}</p>
      <h1>${title}</h1>
      <p class="lead">${summarySentence(trials)} ${budgetWords[trials.budget]}</p>
      <p class="note">
        Every AUROC on this page is in percent.
        ${
          place === 'alone'
            ? null
            : html`Files: <a href="summary.csv">means beside the paper’s</a> (CSV, percent),
                <a href="trials.csv">all trials</a> (CSV, AUROC from 0 to 1),
                <a href="tables.md">tables</a> (Markdown), figures as SVG, PNG and Vega-Lite in
                <a href="figures/">figures</a>.`
        }
      </p>
      ${complaints.map((text) => html`<p class="note mark">${text}</p>`)}
      ${differenceSection(trials, differences)} ${plots}
      ${comparisons.map((comparison) => settingSection(comparison))} ${methodSection(methods)}
      ${await curveSection(curves)}
      ${
        shown.length > 0
          ? html`<h2>Trials in detail</h2>
              <p class="note">
                The first trial of each method and setting, ${counted(shown.length, 'trial')}.
              </p>
              ${shown}`
          : null
      }
      ${recordSection(trials, place === 'alone')}
      <footer>${readingTables}</footer>
    `,
    experimentPageStyle,
    tableScript,
  );
}

function headline(name: string): string {
  const words = name.split('-').map(datasetName).join(' ');
  return words[0].toUpperCase() + words.slice(1);
}

function summarySentence({ trials, statuses, engines, seconds, finishedAt }: ExperimentTrials): string {
  const failed = [...statuses]
    .filter(([status]) => status !== 'ok')
    .map(([status, count]) => `${count} ${status}`);
  const outcome = failed.length > 0 ? `${failed.join(', ')}; those are in no mean` : 'all finished well';
  const named = [...engines].filter((engine) => engine !== 'none').sort();
  return (
    `${counted(trials, 'trial')}, ${outcome}; ${duration(seconds)} of computing` +
    `${named.length > 0 ? ` on ${named.join(', ')}` : ''}, the last finished on ${finishedAt.slice(0, 10)}.`
  );
}

function differenceSection({ budget }: ExperimentTrials, differences: readonly PaperDifference[]): Html {
  return html`
    <h2>What differs from the paper</h2>
    <p class="note">${budgetWords[budget]} From the records of the trials:</p>
    ${
      differences.length === 0
        ? html`<p>Nothing that the records know of.</p>`
        : drawnTable({
            head: ['what', 'here', 'the paper'],
            textColumns: 3,
            rows: differences.map(({ what, here, paper }) => [what, here, paper]),
            notes: [],
          })
    }
  `;
}

function settingSection(comparison: SettingComparison): Html {
  if (comparison.rows.length === 0) {
    return html`<h2>${settingName(comparison)}</h2>
      <p class="note">No trial of this setting finished well.</p>`;
  }
  return html`
    <h2>${settingName(comparison)}</h2>
    ${drawnTable(averageTable(comparison), `averages, ${settingName(comparison)}`)}
    <details ${comparison.classes.length <= 3 ? 'open' : ''}>
      <summary>By class</summary>
      ${drawnTable(classTable(comparison), `by class, ${settingName(comparison)}`)}
    </details>
  `;
}

/** A table for a page: numbers to the right, wide ones scroll in their own frame; an interactive one can be sorted and filtered. */
function drawnTable(
  { head, textColumns, rows, notes }: TextTable,
  name = 'table',
  interactive = false,
): Html {
  const kind = (i: number): string => (i < textColumns ? 'text' : 'number');
  return html`
    <div class="scroll" role="region" aria-label="${name}" tabindex="0">
      <table ${interactive ? 'data-interactive' : ''}>
        <thead>
          <tr>
            ${head.map((cell, i) => html`<th scope="col" class="${kind(i)}">${cell}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map((cell, i) => html`<td class="${kind(i)}">${twoLines(cell)}</td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${notes.map((note) => html`<p class="note">${note}</p>`)}
  `;
}

function twoLines(cell: string): Html {
  const [first, second] = cell.split('\n');
  return html`${first}${second === undefined ? null : html`<small>${second}</small>`}`;
}

async function figureSection(figure: PlannedFigure): Promise<Html> {
  const panels = figure.panels.map(({ title, draw }) => ({ description: `${figure.title}: ${title}`, draw }));
  return html`
    <h2>${figure.title}</h2>
    <p class="note">${figure.caption}</p>
    ${await figureRow(panels)}
  `;
}

function methodSection(methods: ExperimentPage['methods']): Html | null {
  const compared = methods.filter(({ pairs }) => pairs.length > 0);
  if (compared.length === 0) return null;
  return html`
    <h2>Methods compared over the same splits</h2>
    ${compared.map(
      ({ setting, pairs }) =>
        html`<h3>${settingName(setting)}</h3>
          ${drawnTable(comparisonTable(pairs), `methods compared, ${settingName(setting)}`)}`,
    )}
  `;
}

function recordSection({ records, trials }: ExperimentTrials, alone: boolean): Html {
  const rest = trials - records.length;
  return html`
    <h2>Trial records</h2>
    <p class="note">
      ${
        rest > 0
          ? html`The first ${counted(records.length, 'trial')} of ${trials.toLocaleString('en')}.`
          : html`All ${counted(trials, 'trial')}.`
      }
      ${alone ? null : html`More columns, and every trial, in <a href="trials.csv">trials.csv</a>.`}
    </p>
    <details ${trials <= 40 ? 'open' : ''}>
      <summary>Show the records</summary>
      ${drawnTable(
        {
          head: [
            'method',
            'dataset',
            'class',
            'status',
            'shots',
            'trial',
            'AUROC, %',
            '95 % interval over test images',
            'time, s',
            'engine',
          ],
          textColumns: 4,
          rows: records.map(recordRow),
          notes: [],
        },
        'trial records',
        true,
      )}
    </details>
  `;
}

function recordRow({ cell, status, failure, metrics, seconds, engine }: TrialSummary): string[] {
  return [
    columnLabel(cell),
    datasetName(cell.dataset),
    cell.class,
    failure ? `${status}: ${failure.message}` : status,
    `${cell.shots}`,
    `${cell.trial}`,
    metrics ? (100 * metrics.auroc).toFixed(1) : '–',
    metrics ? metrics.aurocInterval.map((end) => (100 * end).toFixed(1)).join(' to ') : '–',
    seconds.total.toFixed(1),
    engineName(engine),
  ];
}
