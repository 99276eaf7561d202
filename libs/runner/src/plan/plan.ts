import type { Dataset, Split } from '@fsad/datasets';
import { trialKey, type Cell, type TrialInputs } from '../store/index.ts';
import { placeOf } from './check-matrix.ts';
import type { Prepared } from './prepare.ts';
import type { DatasetOptions, Registry, SplitRule, TestChoice } from '../registry.ts';

/** One trial to be: its key, the cell it fills and everything that enters the key. */
export interface PlannedTrial {
  readonly key: string;
  readonly cell: Cell;
  readonly inputs: TrialInputs;
  /** How the split and the test images are found again. */
  readonly draw: TrialDraw;
}

/** How a trial's images are chosen. */
export interface TrialDraw extends TestChoice {
  readonly rule: SplitRule;
  /** What the dataset is opened with. */
  readonly options?: DatasetOptions;
}

/** The trials of a prepared experiment, one at a time; of splits and test images only ids are held. */
export async function* planTrials(prepared: Prepared, registry: Registry): AsyncGenerator<PlannedTrial> {
  const { request, evaluation, choice } = prepared;
  const draw: TrialDraw = { rule: request.splitRule, ...choice, options: request.options };
  const idsOf = imageIds(draw, registry);
  for (const { cell, use } of prepared.cells()) {
    const dataset = prepared.datasets.get(cell.dataset as Split['dataset']);
    if (!dataset) throw new Error(`dataset ${cell.dataset} was not prepared`);
    const place = placeOf(cell, dataset);
    const inputs: TrialInputs = {
      configuration: {
        detector: cell.detector,
        settings: prepared.settings(use, place),
        seed: request.seed + cell.trial,
        evaluation,
      },
      ...(await idsOf(dataset, cell)),
      data: dataset.fingerprintOf(cell.class),
      decoder: registry.decoder,
      engine: prepared.engine(cell.detector).name,
      numericVersion: prepared.method(cell.detector).numericVersion,
    };
    yield { key: trialKey(inputs), cell, inputs, draw };
  }
}

/** Ids of split and test images by cell; neighbours in the matrix share them. */
function imageIds(
  draw: TrialDraw,
  registry: Registry,
): (dataset: Dataset, cell: Cell) => Promise<{ split: string; testSubset: string }> {
  let last = { of: '', split: '', testSubset: '' };
  const subsets = new Map<string, string>();
  const apart = new Map<string, boolean>();
  const subsetOf = (dataset: Dataset, split: Split): string => {
    const place = `${dataset.name}\0${split.class}`;
    const known = subsets.get(place);
    if (known !== undefined) return known;
    const { id } = registry.chooseTest(dataset, split, draw);
    // Where a training picture may be among the test pictures it is left out there: another split, another test.
    if (!apart.has(place)) apart.set(place, liesApart(dataset, split.class, draw.subset));
    if (apart.get(place)) subsets.set(place, id);
    return id;
  };
  return async (dataset, { class: className, shots, trial }) => {
    const of = `${dataset.name}\0${className}\0${shots}\0${trial}`;
    if (last.of === of) return { split: last.split, testSubset: last.testSubset };
    const split = await registry.drawSplit(dataset, { class: className, shots, trial, rule: draw.rule });
    const testSubset = subsetOf(dataset, split);
    last = { of, split: split.id, testSubset };
    return { split: split.id, testSubset };
  };
}

/** Whether no picture can be both trained on and scored. */
function liesApart(dataset: Dataset, className: string, subset: TrialDraw['subset']): boolean {
  const scored = new Set(dataset.testItems(className, subset).map(({ id }) => id));
  return !dataset.trainIds(className).some((id) => scored.has(id));
}
