import { readFile } from 'node:fs/promises';

/** The values of a file of one JSON value a line, as they are. @throws Error naming the file and the line of what is not JSON. */
export async function readJsonLines<Row>(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [i, line] of (await readFile(path, 'utf8')).split('\n').entries()) {
    if (line === '') continue;
    try {
      rows.push(JSON.parse(line) as Row);
    } catch (error) {
      throw new Error(`${path}:${i + 1}: is not JSON (${(error as Error).message})`, { cause: error });
    }
  }
  return rows;
}
