import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { InvalidFileError, parseJson, type JsonWords } from './parse-json.ts';

/**
 * Reads a JSON file through a schema.
 * @throws InvalidFileError for an absent file, text that is not JSON, and content the schema refuses.
 */
export async function readJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  words: JsonWords,
): Promise<z.infer<Schema>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = absent ? (words.absent ?? 'there is no such file') : (error as Error).message;
    throw new InvalidFileError(file, problem, words.advice, { cause: error });
  }
  return parseJson(text, file, schema, words);
}
