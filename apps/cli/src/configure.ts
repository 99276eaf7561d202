import { configSchema, presets, type HtdgConfig, type PresetName, type Variant } from '@fsad/htdg';
import { parseConfig } from '@fsad/detector';
import { applySetting, parseSettings } from '@fsad/runner';

export { defectFraction } from '@fsad/htdg';

export interface ConfigArguments {
  readonly preset: PresetName;
  readonly variant: Variant;
  readonly iterations?: number;
  readonly scales?: number;
  readonly fraction?: number;
  readonly set?: readonly string[];
}

/** The preset with everything the command line changes, checked as a whole. @throws Error naming an unknown or ill-typed key. */
export function configure(argv: ConfigArguments): HtdgConfig {
  let config: unknown = { ...presets[argv.preset], variant: argv.variant };
  const settings = [...(argv.set ?? [])];
  if (argv.iterations !== undefined) {
    settings.push(
      `training.iterations.grey=${argv.iterations}`,
      `training.iterations.rgb=${argv.iterations}`,
    );
  }
  if (argv.fraction !== undefined) settings.push(`scoring.fraction=${argv.fraction}`);
  for (const setting of parseSettings(settings, [])) {
    const changed = applySetting(config, setting, 'htdg');
    if (changed === null) {
      throw new Error(`--set: there is no configuration key "${setting.path.join('.')}"`);
    }
    config = changed;
  }
  return parseConfig('htdg', configSchema, config);
}
