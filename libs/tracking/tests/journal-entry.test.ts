import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Every package that the module at `path` loads, through the project's own modules; `import type` loads nothing. */
function packagesOf(path: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(path)) return packages;
  seen.add(path);
  const text = readFileSync(path, 'utf8');
  for (const [, name] of text.matchAll(/^(?:import|export)(?! type)[^'"]*from '([^']+)'/gm)) {
    const own = name.startsWith('.')
      ? join(dirname(path), name)
      : name.startsWith('@fsad/')
        ? createRequire(path).resolve(name)
        : null;
    if (own) for (const deeper of packagesOf(own, seen)) packages.add(deeper);
    else if (!name.startsWith('node:')) packages.add(name);
  }
  return packages;
}

const source = (name: string): string => fileURLToPath(new URL(`../src/${name}`, import.meta.url));

it('the journal alone loads no HTTP library; the whole of tracking does', () => {
  expect([...packagesOf(source('journal-entry.ts'))]).toEqual(['zod']);
  expect([...packagesOf(source('index.ts'))]).toContain('axios');
});
