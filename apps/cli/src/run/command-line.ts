import { basename } from 'node:path';
import { withoutSecrets } from '@fsad/mlflow-client/address';

/** What was typed, for the provenance of results; without user and password of an address. */
export function commandLine(): string {
  const words = process.argv.slice(2).map((word) => shellWord(withoutSecrets(word)));
  return [basename(process.argv[1] ?? 'fsad', '.mjs'), ...words].join(' ');
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w./=,:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
