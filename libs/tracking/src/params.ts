import { sha256Hex } from '@fsad/files';
import { limits } from '@fsad/mlflow-client/limits';

/**
 * A configuration as flat MLflow parameters: nested names joined by dots, lists as JSON, null as `none`. Text that MLflow
 * would cut is replaced by its length and SHA-256 (log the whole configuration as an artefact).
 */
export function paramsOf(config: unknown, prefix = ''): Record<string, string> {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
    const parts = Object.entries(config).map(([name, value]) =>
      paramsOf(value, prefix ? `${prefix}.${name}` : name),
    );
    return Object.assign({}, ...parts) as Record<string, string>;
  }
  if (config === undefined) return {};
  const text = typeof config === 'string' ? config : config === null ? 'none' : JSON.stringify(config);
  if (text.length <= limits.paramLength) return { [prefix]: text };
  const sha256 = sha256Hex(text);
  return { [prefix]: `${text.length} characters, SHA-256 ${sha256}` };
}
