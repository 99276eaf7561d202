// Where the kernels' sources and products lie, and products that are complete or absent, also when two builds run at once.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SOURCE = fileURLToPath(new URL('../native/', import.meta.url));
export const BUILD = fileURLToPath(new URL('../build/', import.meta.url));

/** All C sources by name. */
export function sources() {
  const names = readdirSync(SOURCE).filter((name) => /\.[ch]$/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(SOURCE, name), 'utf8')]));
}

/** A hash of everything a product depends on. */
export function hashOf(...parts) {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Whether `report` says that all its products, which exist, were made from what `hash` stands for. */
export function isBuilt(report, hash) {
  const path = join(BUILD, report);
  if (!existsSync(path)) return null;
  try {
    const { hash: built, detail, products } = JSON.parse(readFileSync(path, 'utf8'));
    return built === hash && products.every((name) => existsSync(join(BUILD, name))) ? detail : null;
  } catch {
    return null;
  }
}

/** Runs `work(folder)` in a temporary folder, moves the products it names into place and then writes the report. */
export async function build(report, hash, work) {
  const folder = mkdtempSync(join(BUILD, 'work-'));
  try {
    const { detail, products } = await work(folder);
    for (const name of products) renameSync(join(folder, name), join(BUILD, name));
    const path = join(folder, report);
    writeFileSync(path, JSON.stringify({ hash, detail, products }));
    renameSync(path, join(BUILD, report));
    return detail;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Records why there are no products, and removes those of an earlier build. */
export async function recordFailure(report, products, detail) {
  for (const name of products) rmSync(join(BUILD, name), { force: true });
  return build(report, 'failed', async () => ({ detail, products: [] }));
}
