#!/usr/bin/env node
import { readFileSync } from 'node:fs';

const words = process.argv.slice(2);
// The list of verbs as the build had it printed: it is asked for most, and needs nothing of the program.
if (words.join(' ') === '--help' && (process.stdout.columns ?? 110) >= 110) {
  process.stdout.write(readFileSync(new URL('help.txt', import.meta.url)));
} else {
  const { main } = await import('./apps/cli/src/main.js');
  process.exitCode = await main(words);
}
