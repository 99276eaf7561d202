import type { Dataset, DatasetName } from '@fsad/datasets';
import type { DetectorMethod } from '@fsad/detector';
import { didYouMean } from '@fsad/files';
import { alongAxes, alongConditions, axesOf, variantsAlong, type Axis } from './axes.ts';
import { checkMatrix, hasKey, knownMethods, unknownSettings } from './check-matrix.ts';
import type { Experiment, MethodUse, Place } from './experiment.ts';
import { attempt, found, PlanError } from './problems.ts';
import type { PlanRequest } from './request.ts';
import { evaluationOf, matrix, type MatrixEntry } from './matrix.ts';
import type { Registry, ResolvedEngine, TestChoice } from '../registry.ts';
import type { Evaluation } from '../store/index.ts';
import {
  matches,
  parseAxis,
  parseWhere,
  repeated,
  requireKnown,
  type Setting,
  type Where,
  type WhereField,
} from './selection.ts';

/** A checked request: everything opened, every configuration resolved. */
export interface Prepared {
  readonly request: PlanRequest;
  readonly datasets: ReadonlyMap<DatasetName, Dataset>;
  readonly evaluation: Evaluation;
  /** For the user: what applies to what, what is missing in the data. */
  readonly notes: readonly string[];
  /** The chosen cells, one at a time. */
  cells(): Generator<MatrixEntry>;
  method(detector: string): DetectorMethod<unknown>;
  engine(detector: string): ResolvedEngine;
  /** The complete configuration of a method use at a place. */
  settings(use: MethodUse, place: Place): unknown;
  /** Which test images a trial scores. */
  readonly choice: TestChoice;
  close(): Promise<void>;
}

/**
 * Opens what a request needs and checks the whole matrix: datasets present, classes known, enough training images, both kinds of test images, methods,
 * presets and configurations valid, engines at work.
 * @throws PlanError naming every problem.
 */
export async function prepare(asked: PlanRequest, registry: Registry): Promise<Prepared> {
  const { budget } = asked;
  const detectors = [...new Set(asked.experiment.methods.map((use) => use.detector))];
  const problems: string[] = [];
  const changes: Setting[] = [];
  const axes = axesOf(asked.experiment, detectors);
  for (const text of asked.set) {
    const parsed = await attempt(problems, () => parseAxis(text, detectors));
    if (!parsed) continue;
    const { values, ...setting } = parsed;
    if (values.length > 1) axes.push({ setting, values });
    else changes.push({ ...setting, value: values[0] });
  }
  const methods = await knownMethods(detectors, registry);
  const keys = [...changes, ...axes.map(({ setting }) => ({ ...setting, value: null }))];
  problems.push(...unknownSettings(keys, methods));
  const chosen = (await attempt(problems, () => alongConditions(axes, asked.where))) ?? { axes, where: [] };
  const has = (use: MethodUse, { setting }: Axis): boolean =>
    methods.some((method) => method.name === use.detector && hasKey(method, setting));
  const expanded = await attempt(problems, () => alongAxes(asked.experiment, chosen.axes, has));
  const experiment = expanded ?? asked.experiment;
  const request = { ...asked, experiment, where: chosen.where };
  const where = new Map<WhereField, readonly string[]>();
  for (const condition of request.where) {
    const parsed = await attempt(problems, () => parseWhere([condition]));
    for (const [field, values] of parsed ?? []) {
      if (where.has(field)) problems.push(repeated(field));
      where.set(field, field === 'variant' ? variantsAlong(experiment.methods, values) : values);
    }
  }
  if (request.trials !== undefined && !(Number.isInteger(request.trials) && request.trials > 0)) {
    problems.push(`--trials ${request.trials}: takes a whole number from 1`);
  }
  const wanted = await attempt(problems, () => datasetsWanted(where, experiment));
  const datasets = await openDatasets(wanted ?? [], request, registry, problems);
  try {
    const all = (): Generator<MatrixEntry> => matrix(experiment, budget, datasets, request.trials);
    if (wanted?.every((name) => datasets.has(name))) {
      await attempt(problems, () => requireKnown(where, cellsOf(all())));
    }
    if (problems.length > 0) throw new PlanError(problems);
    const cells = function* (): Generator<MatrixEntry> {
      for (const entry of all()) if (matches(where, entry.cell)) yield entry;
    };
    const checked = await checkMatrix({ problems, request, registry, datasets, changes, cells });
    if (problems.length > 0) throw new PlanError([...new Set(problems)]);
    return {
      request,
      datasets,
      evaluation: evaluationOf(experiment, budget),
      notes: [...checked.notes, ...warningsOf(datasets)],
      cells,
      method: (detector) => found(checked.methods, detector),
      engine: (detector) => found(checked.engines, detector),
      settings: checked.settings,
      choice: choiceOf(request),
      close: () => closeAll(datasets),
    };
  } catch (error) {
    await closeAll(datasets);
    throw error;
  }
}

function choiceOf({ experiment, budget, subset, limit, testSubset }: PlanRequest): TestChoice {
  if (limit !== undefined) return { subset, testCount: null, limit };
  const testCount = testSubset === undefined ? (experiment.budgets[budget].testSubset ?? null) : testSubset;
  return { subset, testCount };
}

function datasetsWanted(where: Where, { datasets }: Experiment): DatasetName[] {
  const names = datasets.map(({ name }) => name);
  const asked = where.get('dataset');
  if (!asked) return names;
  const unknown = asked.find((name) => !(names as string[]).includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `--where dataset=${unknown}: not in this experiment; there are ${names.join(', ')}${didYouMean(unknown, names)}`,
    );
  }
  return names.filter((name) => asked.includes(name));
}

async function openDatasets(
  names: readonly DatasetName[],
  request: PlanRequest,
  registry: Registry,
  problems: string[],
): Promise<Map<DatasetName, Dataset>> {
  const datasets = new Map<DatasetName, Dataset>();
  const unnamed = request.data.get('');
  if (unnamed !== undefined && names.length > 1) {
    problems.push(
      `--data ${unnamed}: this selection has several datasets (${names.join(', ')}); write --data ${names[0]}=${unnamed}`,
    );
    return datasets;
  }
  for (const name of names) {
    const path = request.data.get(name) ?? unnamed ?? null;
    const others = names.filter((other) => other !== name).join(',');
    const hint = others ? `; or leave it out with --where dataset=${others}` : '';
    try {
      datasets.set(name, await registry.openDataset(name, path, request.options));
    } catch (error) {
      problems.push(`${(error as Error).message}${hint}`);
    }
  }
  return datasets;
}

function warningsOf(datasets: ReadonlyMap<DatasetName, Dataset>): string[] {
  return [...datasets.values()].flatMap(({ name, warnings }) =>
    warnings.map((warning) => `${name}: ${warning}`),
  );
}

function* cellsOf(entries: Iterable<MatrixEntry>): Generator<MatrixEntry['cell']> {
  for (const { cell } of entries) yield cell;
}

async function closeAll(datasets: ReadonlyMap<DatasetName, Dataset>): Promise<void> {
  for (const dataset of datasets.values()) await dataset.close();
}
