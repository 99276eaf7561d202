import type { z } from 'zod';

/** What each key of a configuration means, by its dotted name, from the descriptions in its schema; a key without one has that of the object it is in. */
export function meaningsOf(schema: z.ZodType, path = '', inherited = ''): Record<string, string> {
  const meaning = (path === '' ? undefined : schema.description) ?? inherited;
  const shape = shapeOf(schema);
  if (shape === null) return path === '' ? {} : { [path]: meaning };
  const parts = Object.entries(shape).map(([key, inner]) =>
    meaningsOf(inner, path === '' ? key : `${path}.${key}`, meaning),
  );
  return Object.assign(path === '' ? {} : { [path]: meaning }, ...parts) as Record<string, string>;
}

/** The keys of an object, which may also be null; null for what is no object. */
function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | null {
  if ('shape' in schema) return schema.shape as Record<string, z.ZodType>;
  const { type } = schema.def;
  return type === 'nullable' ? shapeOf((schema as z.ZodNullable<z.ZodType>).unwrap()) : null;
}
