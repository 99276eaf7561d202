import type { Experiment, MethodUse, Setting } from './experiment.ts';
import { settingName, splitValues } from './selection.ts';

/** A setting that is an axis of the matrix: every method that has the key is used once with each value. */
export interface Axis {
  readonly setting: Omit<Setting, 'value'>;
  readonly values: readonly unknown[];
}

/** The axes that an experiment's own file asks for. */
export function axesOf({ axes = {} }: Experiment, detectors: readonly string[]): Axis[] {
  return Object.entries(axes).map(([key, values]) => ({ setting: keyOf(key, detectors), values }));
}

/** A dotted key, perhaps of one detector only. */
function keyOf(key: string, detectors: readonly string[]): Axis['setting'] {
  const path = key.split('.');
  const isOf = path.length > 1 && detectors.includes(path[0]);
  return isOf ? { detector: path[0], path: path.slice(1) } : { detector: null, path };
}

/**
 * Takes the conditions on axes out of `--where`: `training.learningRate=0.001`.
 * @throws Error naming a value that is not on the axis.
 */
export function alongConditions(
  axes: readonly Axis[],
  where: readonly string[],
): { readonly axes: Axis[]; readonly where: string[] } {
  const left: string[] = [];
  let kept = [...axes];
  for (const condition of where) {
    const [field, ...rest] = condition.split('=');
    const axis = kept.find(({ setting }) => settingName(setting) === field.trim());
    if (!axis) {
      left.push(condition);
      continue;
    }
    const asked = splitValues(rest.join('='));
    const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
    const missing = asked.find((value) => !axis.values.some((known) => same(known, value)));
    if (missing !== undefined) {
      const known = axis.values.map((value) => JSON.stringify(value)).join(', ');
      throw new Error(`--where ${condition}: not in this experiment; there are ${known}`);
    }
    kept = kept.map((one) =>
      one === axis
        ? { ...axis, values: axis.values.filter((known) => asked.some((value) => same(known, value))) }
        : one,
    );
  }
  return { axes: kept, where: left };
}

/**
 * The experiment with every method use that has an axis' key put in its place once for each value. What differs is said by the variant, which names the
 * cell: `full.learningRate-0.001`.
 * @param has whether a method use has the key of an axis
 * @throws Error where two values would have one name
 */
export function alongAxes(
  experiment: Experiment,
  axes: readonly Axis[],
  has: (use: MethodUse, axis: Axis) => boolean,
): Experiment {
  let { methods } = experiment;
  for (const axis of axes) {
    methods = methods.flatMap((use) =>
      has(use, axis) ? axis.values.map((value) => at(use, { ...axis.setting, value })) : [use],
    );
  }
  const names = methods.map(({ detector, variant, datasets, shots }) =>
    JSON.stringify([detector, variant, datasets, shots]),
  );
  const twice = methods.find((_, i) => names.indexOf(names[i]) !== i);
  if (twice && axes.length > 0)
    throw new Error(`--set: two values of an axis are both called ${twice.variant}`);
  return { ...experiment, methods };
}

function at(use: MethodUse, setting: Setting): MethodUse {
  const value = typeof setting.value === 'string' ? setting.value : JSON.stringify(setting.value);
  const name = `${setting.path[setting.path.length - 1]}-${value.replaceAll(/[^\w.-]+/g, '-')}`;
  const { variant, plain = variant, along = [] } = use;
  return { ...use, variant: `${variant}.${name}`, plain, along: [...along, setting] };
}

/** Variants that `--where` asks for: one that axes were laid along stands for all that came of it. */
export function variantsAlong(methods: readonly MethodUse[], asked: readonly string[]): string[] {
  return asked.flatMap((name) => {
    const came = methods.filter(({ plain }) => plain === name).map(({ variant }) => variant);
    return came.length > 0 ? came : [name];
  });
}
