import { didYouMean } from '@fsad/files';
import type { Cell } from '../store/index.ts';
import { override, type Overrides, type Setting } from './experiment.ts';
export type { Setting } from './experiment.ts';

const whereFields = ['dataset', 'class', 'shots', 'trial', 'detector', 'variant'] as const;
export type WhereField = (typeof whereFields)[number];

/** Which cells to keep: for each named field the values that may stand there. */
export type Where = ReadonlyMap<WhereField, readonly string[]>;

/**
 * Reads `--where` arguments: `class=3,8`, several joined by repetition or a space. All must hold. A comma of a name is written `\\,`.
 * @throws Error naming the field that does not exist, or a condition without values.
 */
export function parseWhere(conditions: readonly string[]): Where {
  const where = new Map<WhereField, readonly string[]>();
  for (const condition of conditions.flatMap((text) => text.trim().split(/\s+(?=[a-z]+=)/))) {
    const [field, list] = splitOnce(condition, '--where');
    if (!isWhereField(field)) {
      throw new Error(
        `--where ${condition}: there is no "${field}"; take one of ${whereFields.join(', ')}${didYouMean(field, whereFields)}`,
      );
    }
    const values = list.split(/(?<!\\),/).map((value) => value.trim().replaceAll('\\,', ','));
    if (values.some((value) => value === '')) throw new Error(`--where ${condition}: a value is missing`);
    if (where.has(field)) throw new Error(repeated(field));
    where.set(field, values);
  }
  return where;
}

/** What to say of a field that has two conditions. */
export function repeated(field: string): string {
  return `--where ${field} is given twice; write ${field}=A,B for either`;
}

/** Whether a cell is kept. */
export function matches(where: Where, cell: Cell): boolean {
  for (const [field, values] of where) if (!values.includes(String(cell[field]))) return false;
  return true;
}

/**
 * Checks that every value asked for occurs in the matrix.
 * @throws Error naming the value that matches nothing and those there are.
 */
export function requireKnown(where: Where, cells: Iterable<Cell>): void {
  const present = new Map<WhereField, Set<string>>([...where.keys()].map((field) => [field, new Set()]));
  for (const cell of cells) for (const [field, values] of present) values.add(String(cell[field]));
  for (const [field, values] of where) {
    const known = present.get(field) as Set<string>;
    const missing = values.find((value) => !known.has(value));
    if (missing !== undefined) {
      throw new Error(
        `--where ${field}=${missing}: not in this experiment; there are ${[...known].map(written).join(', ')}${didYouMean(missing, known)}`,
      );
    }
  }
}

/** A value as it is written on the command line. */
function written(value: string): string {
  return value.replaceAll(',', '\\,');
}

/** A setting as it is asked for: `iterations=20` by `--set`, or by what `from` names. */
export type AskedSetting = string | { readonly text: string; readonly from: string };

/**
 * Reads `--set` arguments: `iterations=20`, `schedule.milestones=[500]`, `geom.steps=100`. Values are JSON, or text where they are not. A key
 * that begins with the name of one of `detectors` is that detector's.
 */
export function parseSettings(asked: readonly AskedSetting[], detectors: readonly string[]): Setting[] {
  return asked.map((one) => {
    const { values, ...setting } = parseAxis(one, detectors);
    if (values.length > 1) {
      throw new Error(
        `${namedSetting(setting)}=${values.join(',')}: takes one value; several are an axis of fsad run`,
      );
    }
    return { ...setting, value: values[0] };
  });
}

/** Reads a `--set` argument that may have several values: `training.learningRate=1e-3,1e-4`. */
export function parseAxis(
  asked: AskedSetting,
  detectors: readonly string[],
): Omit<Setting, 'value'> & { readonly values: readonly unknown[] } {
  const { text, from } = typeof asked === 'string' ? { text: asked } : asked;
  const [key, value] = splitOnce(text, from ?? '--set');
  const path = key.split('.');
  const detector = path.length > 1 && detectors.includes(path[0]) ? path[0] : null;
  return { from, detector, path: detector ? path.slice(1) : path, values: splitValues(value) };
}

/** The values in `1e-3,1e-4`: one where the text is JSON as a whole, such as a list, else those between its commas. */
export function splitValues(text: string): unknown[] {
  const whole = parseValue(text);
  return whole === text && text.includes(',')
    ? text.split(',').map((part) => parseValue(part.trim()))
    : [whole];
}

/** Lays a setting over a configuration, or gives null where it is another detector's or the configuration has no such key. */
export function applySetting(config: unknown, setting: Setting, detector: string): unknown {
  if (setting.detector !== null && setting.detector !== detector) return null;
  let place: unknown = config;
  for (const key of setting.path) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, key)) return null;
    place = (place as Record<string, unknown>)[key];
  }
  const changes = setting.path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), setting.value);
  return override(config, changes as Overrides);
}

/** The key that a setting's may have been meant to be: one that ends so, or is written nearly so. */
export function nearKey(name: string, ...configs: readonly unknown[]): string {
  const known = new Set(configs.flatMap((config) => keysOf(config)));
  const whole = [...known].find((key) => key.endsWith(`.${name}`));
  return whole === undefined ? didYouMean(name, known) : `. Did you mean "${whole}"?`;
}

/** Every key of a configuration, those of nested objects behind a dot. */
function keysOf(config: unknown): string[] {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return [];
  return Object.entries(config).flatMap(([key, value]) => [
    key,
    ...keysOf(value).map((inner) => `${key}.${inner}`),
  ]);
}

/** How a setting was written. */
export function settingName(setting: Omit<Setting, 'value'>): string {
  return [...(setting.detector ? [setting.detector] : []), ...setting.path].join('.');
}

/** A setting as a message names it: `--set steps`, or `--config my.yaml: steps`. */
export function namedSetting(setting: Omit<Setting, 'value'>): string {
  return `${setting.from === undefined ? '--set' : `${setting.from}:`} ${settingName(setting)}`;
}

function isWhereField(field: string): field is WhereField {
  return (whereFields as readonly string[]).includes(field);
}

function splitOnce(text: string, option: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`${option} ${text}: takes the form key=value`);
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
