/**
 * What ESLint does not see, part of `npm run lint`: citations of pages and anchors that do not exist, and files that need one another in a circle.
 * Prints what it found and exits with 1.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brokenCitations } from './citations.ts';
import { circles } from './circles.ts';

const TEXT = /\.(ts|mjs|js|md|h|c|json|py|sh|ya?ml)$/;

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(path) && statSync(path).isFile());

function textsOf(wanted: (path: string) => boolean): Map<string, string> {
  return new Map(tracked.filter(wanted).map((path) => [path, readFileSync(path, 'utf8')]));
}

/** The doors that workspace packages open in their `exports`. */
function doors(): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of tracked.filter((file) => /^(libs|apps|baselines)\/[^/]+\/package\.json$/.test(file))) {
    const { name, exports } = JSON.parse(readFileSync(path, 'utf8')) as {
      name: string;
      exports?: Record<string, unknown>;
    };
    for (const [entry, target] of Object.entries(exports ?? {})) {
      if (typeof target === 'string') found.set(join(name, entry), join(dirname(path), target));
    }
  }
  return found;
}

const prose = textsOf(
  (path) => TEXT.test(path) && !/^(results|runs|scripts\/tests)\/|package-lock\.json$/.test(path),
);
// The API's pages are made from docstrings by `npm run docs`, which checks links to them.
const broken = brokenCitations(prose, (path) => path.startsWith('docs/api/') || existsSync(path));
for (const { file, line, target } of broken) {
  console.error(`${file}:${line}: cites ${target}, which does not exist`);
}
const found = circles(
  textsOf((path) => /\.(ts|mjs|c|h)$/.test(path)),
  doors(),
);
for (const circle of found) console.error(`circle of files: ${[...circle, circle[0]].join(' -> ')}`);
if (broken.length + found.length > 0) process.exitCode = 1;
