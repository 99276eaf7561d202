import { basename } from 'node:path';
import { shellWord } from '@fsad/runner';
import { withoutSecrets } from '@fsad/mlflow-client/address';

/** What was typed, for the provenance of results; without user and password of an address. */
export function commandLine(): string {
  const words = process.argv.slice(2).map((word) => shellWord(withoutSecrets(word)));
  return [basename(process.argv[1] ?? 'fsad', '.mjs'), ...words].join(' ');
}
