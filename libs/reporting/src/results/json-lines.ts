import { readFile } from 'node:fs/promises';
import { parseJson } from '@fsad/files';
import type { z } from 'zod';

/**
 * The rows of a file of measurements, one JSON value a line.
 * @throws InvalidFileError naming the file, the line and what is wrong with it.
 */
export async function readJsonLines<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.flatMap((line, i) =>
    line === '' ? [] : [parseJson(line, `${path}:${i + 1}`, schema, { advice: 'bring it back from the history' })],
  );
}
