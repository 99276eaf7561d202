import type { ExperimentTrials } from './collect.ts';
import { compareMethods } from './compare-methods.ts';
import { compareSetting } from './compare.ts';
import { loadExamples } from './example-trials.ts';
import { planFigures } from './experiment-figures.ts';
import type { ExperimentPage } from './experiment-page.ts';
import { loadCurves } from './load-curves.ts';
import { paperDifferences } from './paper-differences.ts';

/** Everything a page about some trials shows, read from their store. */
export async function experimentContent(store: string, trials: ExperimentTrials): Promise<ExperimentPage> {
  const settings = [...trials.settings.values()].sort(
    (a, b) => a.dataset.localeCompare(b.dataset, 'en') || a.shots - b.shots,
  );
  const comparisons = settings.map(compareSetting);
  const methods = settings.map((setting, i) => ({ setting: comparisons[i], pairs: compareMethods(setting) }));
  const complaints: string[] = [];
  return {
    trials,
    comparisons,
    methods,
    figures: planFigures(trials, comparisons),
    differences: await paperDifferences(store, trials, comparisons, complaints),
    curves: await loadCurves(store, trials, complaints),
    examples: await loadExamples(store, trials, complaints),
    complaints,
  };
}
