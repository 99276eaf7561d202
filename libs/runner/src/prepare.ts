import type { Dataset, DatasetName } from '@fsad/datasets';
import type { DetectorMethod } from '@fsad/detector';
import { override, type Experiment, type MethodUse, type Place } from './experiment.ts';
import { evaluationOf, matrix, type MatrixEntry } from './matrix.ts';
import { openMethod, type Registry, type ResolvedEngine, type SplitRule } from './registry.ts';
import type { Budget, Evaluation } from './result.ts';
import {
  applySetting,
  matches,
  parseSettings,
  parseWhere,
  requireKnown,
  settingName,
  type Setting,
  type Where,
  type WhereField,
} from './selection.ts';

/** What is asked of an experiment: which part of the matrix, with what, on what. */
export interface PlanRequest {
  readonly experiment: Experiment;
  readonly budget: Budget;
  /** `class=3,8`; all conditions hold together. */
  readonly where: readonly string[];
  /** `iterations=20`, `geom.steps=100`. */
  readonly set: readonly string[];
  /** How many trials instead of the budget's. */
  readonly trials?: number;
  /** Root of the random streams of trial 0; trial t takes `seed + t`. */
  readonly seed: number;
  readonly splitRule: SplitRule;
  readonly subset: 'test' | 'validation';
  /** Test images to score instead of the budget's number; null for all. */
  readonly testSubset?: number | null;
  readonly engine: string;
  /** Folder of each dataset by name; under `''` the folder of the only one. */
  readonly data: ReadonlyMap<DatasetName | '', string>;
}

/** What is wrong with a request, everything at once: the user's to mend. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    const shown = problems.slice(0, 20).map((problem) => `  ${problem}`);
    const more = problems.length > 20 ? [`  and ${problems.length - 20} more`] : [];
    super(['nothing was run; to be mended first:', ...shown, ...more].join('\n'));
    this.problems = problems;
  }
}

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
  /** How many test images a trial scores; null for all. */
  readonly testCount: number | null;
  close(): Promise<void>;
}

/**
 * Opens what a request needs and checks the whole matrix: datasets present, classes known, enough training images, both kinds of test images, methods,
 * presets and configurations valid, engines at work.
 * @throws PlanError naming every problem.
 */
export async function prepare(request: PlanRequest, registry: Registry): Promise<Prepared> {
  const { experiment, budget } = request;
  const detectors = [...new Set(experiment.methods.map((use) => use.detector))];
  const problems: string[] = [];
  const where = new Map<WhereField, readonly string[]>();
  for (const condition of request.where) {
    const parsed = await attempt(problems, () => parseWhere([condition]));
    for (const [field, values] of parsed ?? []) where.set(field, values);
  }
  const changes: Setting[] = [];
  for (const text of request.set) {
    const parsed = await attempt(problems, () => parseSettings([text], detectors));
    changes.push(...(parsed ?? []));
  }
  if (request.trials !== undefined && !(Number.isInteger(request.trials) && request.trials > 0)) {
    problems.push(`--trials ${request.trials}: takes a whole number from 1`);
  }
  problems.push(...(await unknownSettings(changes, detectors, registry)));
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
    const checked = await checkMatrix({ request, registry, datasets, changes, cells });
    return {
      request,
      datasets,
      evaluation: evaluationOf(experiment, budget),
      notes: [...checked.notes, ...warningsOf(datasets)],
      cells,
      method: (detector) => found(checked.methods, detector),
      engine: (detector) => found(checked.engines, detector),
      settings: checked.settings,
      testCount:
        request.testSubset === undefined
          ? (experiment.budgets[budget].testSubset ?? null)
          : request.testSubset,
      close: () => closeAll(datasets),
    };
  } catch (error) {
    await closeAll(datasets);
    throw error;
  }
}

/** Tries something; what is wrong with it goes to `problems`. */
async function attempt<Value>(
  problems: string[],
  what: () => Value | Promise<Value>,
  prefix = '',
): Promise<Value | null> {
  try {
    return await what();
  } catch (error) {
    problems.push(`${prefix}${(error as Error).message}`);
    return null;
  }
}

function datasetsWanted(where: Where, { datasets }: Experiment): DatasetName[] {
  const names = datasets.map(({ name }) => name);
  const asked = where.get('dataset');
  if (!asked) return names;
  const unknown = asked.find((name) => !(names as string[]).includes(name));
  if (unknown !== undefined) {
    throw new Error(`--where dataset=${unknown}: not in this experiment; there are ${names.join(', ')}`);
  }
  return names.filter((name) => asked.includes(name));
}

/** What is wrong with settings that no method of the experiment knows. */
async function unknownSettings(
  changes: readonly Setting[],
  detectors: readonly string[],
  registry: Registry,
): Promise<string[]> {
  if (changes.length === 0) return [];
  const methods: DetectorMethod<unknown>[] = [];
  for (const detector of detectors) {
    const method = await attempt([], () => openMethod(registry, detector));
    if (method) methods.push(method);
  }
  const isKnown = (change: Setting): boolean =>
    methods.some((method) =>
      Object.values(method.presets).some((preset) => applySetting(preset, change, method.name) !== null),
    );
  return changes.filter((change) => !isKnown(change)).map((change) => unknownSetting(change, methods));
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
      datasets.set(name, await registry.openDataset(name, path));
    } catch (error) {
      problems.push(`${(error as Error).message}${hint}`);
    }
  }
  return datasets;
}

interface Checked {
  readonly notes: string[];
  readonly methods: Map<string, DetectorMethod<unknown>>;
  readonly engines: Map<string, ResolvedEngine>;
  settings(use: MethodUse, place: Place): unknown;
}

async function checkMatrix(given: {
  request: PlanRequest;
  registry: Registry;
  datasets: ReadonlyMap<DatasetName, Dataset>;
  changes: readonly Setting[];
  cells: () => Generator<MatrixEntry>;
}): Promise<Checked> {
  const { request, registry, datasets, changes, cells } = given;
  const problems: string[] = [];
  const methods = new Map<string, DetectorMethod<unknown>>();
  const engines = new Map<string, ResolvedEngine>();
  const applied = new Map<Setting, Set<string>>(changes.map((change) => [change, new Set()]));
  const resolved = new Map<MethodUse, Map<string, unknown>>();
  const settings = (use: MethodUse, place: Place): unknown => {
    const known = resolved.get(use) ?? new Map<string, unknown>();
    resolved.set(use, known);
    const at = typeof use.set === 'function' ? `${place.dataset}\0${place.class}\0${place.shots}` : '';
    if (!known.has(at)) {
      known.set(at, resolveSettings(found(methods, use.detector), use, place, request, changes, applied));
    }
    return known.get(at);
  };

  const needs = new Map<string, { dataset: Dataset; class: string; shots: number; trial: number }>();
  const checkedUses = new Set<string>();
  let count = 0;
  for (const { cell, use } of cells()) {
    count++;
    const dataset = found(datasets, cell.dataset as DatasetName);
    const need = needs.get(`${cell.dataset}\0${cell.class}`);
    const shots = Math.max(cell.shots, need?.shots ?? 0);
    const trial = Math.max(cell.trial, need?.trial ?? 0);
    needs.set(`${cell.dataset}\0${cell.class}`, { dataset, class: cell.class, shots, trial });
    if (cell.trial > 0) continue;
    const combination = [use.detector, use.variant, cell.dataset, cell.class, cell.shots].join('\0');
    if (checkedUses.has(combination)) continue;
    checkedUses.add(combination);
    if (!methods.has(use.detector) && !problems.some((problem) => problem.includes(`"${use.detector}"`))) {
      const method = await attempt(
        problems,
        () => openMethod(registry, use.detector),
        `method "${use.detector}": `,
      );
      const engine =
        method && (await attempt(problems, () => registry.resolveEngine(use.detector, request.engine)));
      if (method && engine) methods.set(use.detector, method);
      if (engine) engines.set(use.detector, engine);
    }
    if (!methods.has(use.detector)) continue;
    const place = placeOf(cell, dataset);
    await attempt(problems, () => settings(use, place), `${use.detector}/${use.variant}: `);
  }
  if (count === 0) problems.push('the selection is empty: no cell of the matrix meets all conditions');
  for (const need of needs.values()) await attempt(problems, () => checkImages(need, request));
  if (problems.length === 0) {
    for (const [change, where] of applied) {
      if (where.size === 0) problems.push(unknownSetting(change, [...methods.values()]));
    }
  }
  if (problems.length > 0) throw new PlanError([...new Set(problems)]);
  const partly = [...applied].filter(
    ([change, where]) => change.detector === null && where.size < methods.size,
  );
  const notes = partly.map(
    ([change, where]) =>
      `--set ${settingName(change)} applies to ${[...where].join(', ')}; the other methods have no such key`,
  );
  return { notes, methods, engines, settings };
}

function resolveSettings(
  method: DetectorMethod<unknown>,
  use: MethodUse,
  place: Place,
  { budget, experiment }: PlanRequest,
  changes: readonly Setting[],
  applied: ReadonlyMap<Setting, Set<string>>,
): unknown {
  const preset = typeof use.preset === 'string' ? use.preset : use.preset[budget];
  if (!Object.hasOwn(method.presets, preset)) {
    throw new Error(`no preset "${preset}"; there are ${Object.keys(method.presets).join(', ')}`);
  }
  let config = method.presets[preset];
  config = override(config, (typeof use.set === 'function' ? use.set(place) : use.set) ?? {});
  config = override(config, experiment.budgets[budget].set?.[use.detector] ?? {});
  for (const change of changes) {
    const changed = applySetting(config, change, use.detector);
    if (changed === null) continue;
    config = changed;
    applied.get(change)?.add(use.detector);
  }
  return method.parseConfig(config);
}

function unknownSetting(change: Setting, methods: readonly DetectorMethod<unknown>[]): string {
  const known = methods
    .filter((method) => change.detector === null || change.detector === method.name)
    .map(
      (method) => `${method.name} has ${Object.keys(Object.values(method.presets)[0] as object).join(', ')}`,
    );
  return `--set ${settingName(change)}: no such configuration key (${known.join('; ')})`;
}

function checkImages(
  {
    dataset,
    class: className,
    shots,
    trial,
  }: { dataset: Dataset; class: string; shots: number; trial: number },
  { splitRule, subset }: PlanRequest,
): void {
  const available = dataset.trainIds(className).length;
  const needed = splitRule === 'consecutive' ? shots * (trial + 1) : shots;
  if (available < needed) {
    const why = splitRule === 'consecutive' && trial > 0 ? ` for ${trial + 1} consecutive groups` : '';
    throw new Error(
      `${dataset.name}, class ${className}: ${needed} training images needed${why}, ${available} present; lower --trials, or choose shots with --where`,
    );
  }
  const items = dataset.testItems(className, subset);
  const anomalous = items.filter((item) => item.anomalous).length;
  if (anomalous === 0 || anomalous === items.length) {
    throw new Error(
      `${dataset.name}, class ${className}: ${anomalous} of ${items.length} ${subset} images are anomalous; an AUROC needs both kinds`,
    );
  }
}

function warningsOf(datasets: ReadonlyMap<DatasetName, Dataset>): string[] {
  return [...datasets.values()].flatMap(({ name, warnings }) =>
    warnings.map((warning) => `${name}: ${warning}`),
  );
}

function placeOf(cell: { class: string; shots: number }, dataset: Dataset): Place {
  return { dataset: dataset.name, class: cell.class, shots: cell.shots, colour: dataset.colour };
}

function* cellsOf(entries: Iterable<MatrixEntry>): Generator<MatrixEntry['cell']> {
  for (const { cell } of entries) yield cell;
}

function found<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  if (value === undefined) throw new Error(`${String(key)} was not prepared`);
  return value;
}

async function closeAll(datasets: ReadonlyMap<DatasetName, Dataset>): Promise<void> {
  for (const dataset of datasets.values()) await dataset.close();
}
