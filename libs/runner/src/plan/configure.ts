import { ConfigurationError, type DetectorMethod, type Purpose } from '@fsad/detector';
import { didYouMean } from '@fsad/files';
import { applySetting, nearKey, parseSettings, settingName, type AskedSetting } from './selection.ts';

/** What is asked of a method's configuration. */
export interface ConfigRequest {
  /** The method's own for the purpose unless given. */
  readonly preset?: string;
  /** What it is to be fitted to. */
  readonly purpose: Purpose;
  /** Values of the method's shorthands, such as `iterations`; those that are undefined do not count. */
  readonly shorthands?: Readonly<Record<string, unknown>>;
  /** `training.learningRate=0.001`. */
  readonly set?: readonly AskedSetting[];
}

/**
 * A complete configuration of a method: a preset for the purpose, with what is changed in it.
 * @throws ConfigurationError naming an unknown preset, shorthand or key, or an ill-typed value.
 */
export function configure<Config>(
  method: DetectorMethod<Config>,
  request: ConfigRequest,
): { readonly preset: string; readonly config: Config } {
  const { purpose, shorthands = {}, set = [] } = request;
  const usual = purpose.task === 'defects' ? method.defectPreset : undefined;
  const preset = request.preset ?? usual ?? method.defaultPreset;
  if (!Object.hasOwn(method.presets, preset)) {
    const known = Object.keys(method.presets);
    const near = didYouMean(preset, known);
    throw new ConfigurationError(
      `${method.name} has no preset "${preset}"; there are ${known.join(', ')}${near}`,
    );
  }
  let config: unknown = method.presetFor?.(preset, purpose) ?? method.presets[preset];
  const keys = Object.keys(config as object).join(', ');
  for (const [name, value] of Object.entries(shorthands)) {
    if (value === undefined) continue;
    const stands = method.shorthands?.[name];
    if (!stands) throw new ConfigurationError(`${method.name} has no --${name}; --set changes ${keys}`);
    for (const [path, set] of Object.entries(stands(value))) {
      // A key inside what the preset leaves out has nothing to change there.
      const setting = { detector: null, path: path.split('.'), value: set };
      config = applySetting(config, setting, method.name) ?? config;
    }
  }
  for (const setting of parseSettings(set, [])) {
    const changed = applySetting(config, setting, method.name);
    if (changed === null) {
      const name = settingName(setting);
      throw new ConfigurationError(
        `${setting.from ?? '--set'}: there is no configuration key "${name}"; there are ${keys}${nearKey(name, config)}`,
      );
    }
    config = changed;
  }
  return { preset, config: method.parseConfig(config) };
}
