// How Node reads the files of people's own that this program imports, wherever they lie: `fsad` is the program itself, also where no node_modules has it, and
// TypeScript is brought to JavaScript by esbuild, which Node 20 cannot do. Plain JavaScript, since Node takes it before anything else could be compiled.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** Addresses of the program's front door and of the folder it lies in, where files are not people's own. */
let program;

export function initialize(given) {
  program = given;
}

export function resolve(specifier, context, next) {
  if (specifier === 'fsad') return next(program.door, context);
  if (/^\.{1,2}\//.test(specifier) && isOwn(context.parentURL)) {
    const named = new URL(specifier, context.parentURL);
    const meant = [named.href, named.href.replace(/js$/, 'ts'), `${named.href}.ts`];
    return next(meant.find((url) => existsSync(fileURLToPath(url))) ?? specifier, context);
  }
  return next(specifier, context);
}

export function load(url, context, next) {
  if (!isOwn(url) || !/\.m?ts$/.test(new URL(url).pathname)) return next(url, context);
  const path = fileURLToPath(url);
  const options = { loader: 'ts', format: 'esm', target: 'node20', sourcemap: 'inline', sourcefile: path };
  const { code } = require('esbuild').transformSync(readFileSync(path, 'utf8'), options);
  return { format: 'module', source: code, shortCircuit: true };
}

function isOwn(url) {
  return (
    url !== undefined &&
    url.startsWith('file:') &&
    !url.startsWith(program.folder) &&
    !url.includes('/node_modules/')
  );
}
