import type { z } from 'zod';
import { InvalidFileError, parseJson, type JsonWords } from '../parse-json.ts';
import { eachIn, transaction } from './database.ts';

/** The path of `name` in a folder. */
export const joinPath = (folder: string, name: string): string => `${folder}/${name}`;

/** The bytes of a file; null where there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  return transaction('readonly', (files) => files.get(path) as IDBRequest<Uint8Array | undefined>).then(
    (found) => found ?? null,
  );
}

/** Removes a file, where there is one. */
export async function removeFile(path: string): Promise<void> {
  await transaction('readwrite', (files) => files.delete(path));
}

/** Puts a whole file in place of `path`, or leaves the old one. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await transaction('readwrite', (files) => files.put(bytes, path));
}

/** Writes `files` into `directory`, all of them or none. Other files in the folder stay. */
export async function writeFolderAtomically(
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await transaction('readwrite', (store) => {
    for (const [name, content] of files) store.put(content, joinPath(directory, name));
    return store.count();
  });
}

/** Every file of a folder by its name. */
export async function readFolder(directory: string): Promise<Map<string, Uint8Array>> {
  const start = `${directory}/`;
  const found = new Map<string, Uint8Array>();
  await eachIn('readonly', start, (cursor) => {
    found.set((cursor.key as string).slice(start.length), cursor.value as Uint8Array);
  });
  return found;
}

/** Removes a folder with all that lies in it, but for one folder in it. */
export async function removeFolder(directory: string, kept?: string): Promise<void> {
  await eachIn('readwrite', `${directory}/`, (cursor) => {
    if (!kept || !(cursor.key as string).startsWith(`${kept}/`)) cursor.delete();
  });
}

/**
 * Reads a JSON file through a schema.
 * @throws InvalidFileError for an absent file, text that is not JSON, and content the schema refuses.
 */
export async function readJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  words: JsonWords,
): Promise<z.infer<Schema>> {
  const content = await readIfThere(file);
  if (!content) throw new InvalidFileError(file, words.absent ?? 'there is no such file', words.advice);
  return parseJson(new TextDecoder().decode(content), file, schema, words);
}
