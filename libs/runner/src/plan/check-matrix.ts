import type { Dataset, DatasetName } from '@fsad/datasets';
import type { DetectorMethod } from '@fsad/detector';
import { didYouMean } from '@fsad/files';
import { override, type MethodUse, type Place } from './experiment.ts';
import type { MatrixEntry } from './matrix.ts';
import { attempt, found } from './problems.ts';
import type { PlanRequest } from './request.ts';
import { openMethod, type Registry, type ResolvedEngine } from '../registry.ts';
import { applySetting, namedSetting, nearKey, type Setting } from './selection.ts';

/** What the checks found. */
export interface Checked {
  readonly notes: string[];
  readonly methods: Map<string, DetectorMethod<unknown>>;
  readonly engines: Map<string, ResolvedEngine>;
  readonly settings: (use: MethodUse, place: Place) => unknown;
}

/**
 * Checks every kind of cell: methods, presets, configurations, engines, enough training images, both kinds of test images. What is wrong goes to
 * `problems`.
 */
export async function checkMatrix(given: {
  problems: string[];
  request: PlanRequest;
  registry: Registry;
  datasets: ReadonlyMap<DatasetName, Dataset>;
  changes: readonly Setting[];
  cells: () => Generator<MatrixEntry>;
}): Promise<Checked> {
  const { problems, request, registry, datasets, changes, cells } = given;
  const methods = new Map<string, DetectorMethod<unknown>>();
  const engines = new Map<string, ResolvedEngine>();
  const applied = new Map<Setting, Set<string>>(changes.map((change) => [change, new Set()]));
  const resolved = new Map<MethodUse, Map<string, unknown>>();
  const settings = (use: MethodUse, place: Place): unknown => {
    const known = resolved.get(use) ?? new Map<string, unknown>();
    resolved.set(use, known);
    const at =
      use.forPurpose || typeof use.set === 'function'
        ? `${place.dataset}\0${place.class}\0${place.shots}`
        : '';
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
        method && (await attempt(problems, () => registry.resolveEngine(method.engine, request.engine)));
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
  const partly = [...applied].filter(
    ([change, where]) => change.detector === null && where.size < methods.size,
  );
  const notes = partly.map(
    ([change, where]) =>
      `${namedSetting(change)} applies to ${[...where].join(', ')}; the other methods have no such key`,
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
    const known = Object.keys(method.presets);
    throw new Error(`no preset "${preset}"; there are ${known.join(', ')}${didYouMean(preset, known)}`);
  }
  let config = (use.forPurpose ? method.presetFor?.(preset, place) : undefined) ?? method.presets[preset];
  config = override(config, (typeof use.set === 'function' ? use.set(place) : use.set) ?? {});
  config = override(config, experiment.budgets[budget].set?.[use.detector] ?? {});
  for (const change of changes) {
    const changed = applySetting(config, change, use.detector);
    if (changed === null) continue;
    config = changed;
    applied.get(change)?.add(use.detector);
  }
  for (const setting of use.along ?? []) config = applySetting(config, setting, use.detector) ?? config;
  return method.parseConfig(config);
}

function unknownSetting(change: Setting, methods: readonly DetectorMethod<unknown>[]): string {
  const known = methods
    .filter((method) => change.detector === null || change.detector === method.name)
    .map(
      (method) => `${method.name} has ${Object.keys(Object.values(method.presets)[0] as object).join(', ')}`,
    );
  const name = change.path.join('.');
  const near = nearKey(name, ...methods.flatMap(({ presets }) => Object.values(presets)));
  return `${namedSetting(change)}: no such configuration key (${known.join('; ')})${near}`;
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

/** What is wrong with settings that no method of the experiment knows. */
export function unknownSettings(
  changes: readonly Setting[],
  methods: readonly DetectorMethod<unknown>[],
): string[] {
  const isKnown = (change: Setting): boolean => methods.some((method) => hasKey(method, change));
  return changes.filter((change) => !isKnown(change)).map((change) => unknownSetting(change, methods));
}

/** Whether a method has the key of a setting. */
export function hasKey(method: DetectorMethod<unknown>, setting: Omit<Setting, 'value'>): boolean {
  return Object.values(method.presets).some(
    (preset) => applySetting(preset, { ...setting, value: null }, method.name) !== null,
  );
}

/** The methods there are of some names. */
export async function knownMethods(
  detectors: readonly string[],
  registry: Registry,
): Promise<DetectorMethod<unknown>[]> {
  const methods: DetectorMethod<unknown>[] = [];
  for (const detector of detectors) {
    const method = await attempt([], () => openMethod(registry, detector));
    if (method) methods.push(method);
  }
  return methods;
}

/** What a cell's settings may depend on. */
export function placeOf(cell: { class: string; shots: number }, dataset: Dataset): Place {
  const { name, colour } = dataset;
  return { dataset: name, class: cell.class, shots: cell.shots, colour, task: dataset.taskOf(cell.class) };
}
