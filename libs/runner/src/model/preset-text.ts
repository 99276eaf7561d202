import { ConfigurationError, type DetectorMethod } from '@fsad/detector';
import { didYouMean } from '@fsad/files';
import { methods } from '../methods.ts';
import { methodNamed } from './open-model.ts';

/** A configuration key of a preset. */
export interface PresetKey {
  readonly key: string;
  readonly value: unknown;
  readonly meaning: string;
}

/** The presets of every method, by its name, its own for a few pictures first. */
export async function presetNames(): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  for (const [name, open] of Object.entries(methods)) {
    const { presets, defaultPreset } = await open();
    names.set(name, [defaultPreset, ...Object.keys(presets).filter((preset) => preset !== defaultPreset)]);
  }
  return names;
}

/**
 * Every key of a preset with its value and meaning.
 * @param of its method; unless given, the paper's where it has one of that name, else the only one that does
 * @throws Error naming the presets there are, or the methods that have one of that name
 */
export async function presetKeys(
  preset: string,
  of?: string,
): Promise<{ method: string; keys: PresetKey[] }> {
  const all = await presetNames();
  const having = [...all].filter(([, names]) => names.includes(preset)).map(([name]) => name);
  const name = of ?? (having.includes('htdg') ? 'htdg' : having[0]);
  if (name === undefined) {
    const known = [...new Set([...all.values()].flat())];
    throw new ConfigurationError(
      `no method has a preset "${preset}"; there are ${known.join(', ')}${didYouMean(preset, known)}`,
    );
  }
  if (of === undefined && name !== 'htdg' && having.length > 1) {
    throw new ConfigurationError(
      `${having.join(', ')} each have a preset "${preset}"; --method says which is meant`,
    );
  }
  const method = await methodNamed(name);
  if (!Object.hasOwn(method.presets, preset)) {
    const known = Object.keys(method.presets);
    throw new ConfigurationError(
      `${name} has no preset "${preset}"; there are ${known.join(', ')}${didYouMean(preset, known)}`,
    );
  }
  return { method: name, keys: keysIn(method, method.presets[preset]) };
}

function keysIn(method: DetectorMethod<unknown>, value: unknown, key = ''): PresetKey[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([name, inner]) =>
      keysIn(method, inner, key === '' ? name : `${key}.${name}`),
    );
  }
  return [{ key, value, meaning: method.meanings[key] ?? '' }];
}

/** The presets of every method, a line each. */
export function presetListText(names: ReadonlyMap<string, readonly string[]>): string {
  const width = Math.max(...[...names.keys()].map((name) => name.length));
  return [...names].map(([name, presets]) => `${name.padEnd(width)}  ${presets.join(', ')}\n`).join('');
}

/** A preset as it may be given to `--config`: YAML with dotted keys, the meaning of each above it. */
export function presetText(keys: readonly PresetKey[]): string {
  const lines = keys.flatMap(({ key, value, meaning }, i) => [
    ...(meaning === '' || meaning === keys[i - 1]?.meaning ? [] : [`# ${meaning}`]),
    `${key}: ${JSON.stringify(value)}`,
  ]);
  return `${lines.join('\n')}\n`;
}
