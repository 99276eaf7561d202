import { didYouMean } from '@fsad/files';
import type { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';

/**
 * Checks a method's complete configuration against its zod schema (`z.strictObject`, so that unknown keys are errors).
 * @throws ConfigurationError naming the method and every unknown, missing or ill-typed key.
 */
export function parseConfig<Config>(method: string, schema: z.ZodType<Config>, input: unknown): Config {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const known = 'shape' in schema ? Object.keys(schema.shape as object) : [];
  const complaints = result.error.issues.map((issue) => {
    const where = issue.path.join('.');
    if (issue.code === 'invalid_value') {
      const given = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], input);
      const near = typeof given === 'string' ? didYouMean(given, issue.values.map(String)) : '';
      return `${where}: ${issue.message}${near}`;
    }
    if (issue.code !== 'unrecognized_keys') return `${where || 'value'}: ${issue.message}`;
    const keys = issue.keys.map((key) => `"${[where, key].filter(Boolean).join('.')}"`).join(', ');
    return `unknown key ${keys}${where || known.length === 0 ? '' : ` (known: ${known.join(', ')})`}`;
  });
  throw new ConfigurationError(`${method} configuration: ${complaints.join('; ')}`);
}
