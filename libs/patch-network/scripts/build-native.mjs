// build/native.node: the kernels once for each instruction set of this processor family, and the Node-API addon around them.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SOURCE, build, hashOf, isBuilt, recordFailure, sources } from './build-files.mjs';

const REPORT = 'native.json';
const PRODUCT = 'native.node';
const COMMON = ['-std=gnu11', '-O3', '-fPIC', '-fvisibility=hidden', '-fno-math-errno', '-pthread'];
const X64 = {
  avx512: [
    '-mavx512f',
    '-mavx512dq',
    '-mavx512vl',
    '-mavx512bw',
    '-mavx2',
    '-mfma',
    '-mprefer-vector-width=512',
  ],
  avx2: ['-mavx2', '-mfma'],
  baseline: [],
};

const run = promisify(execFile);

/** The compiler's flags by instruction set of this processor family. */
export function instructionSets() {
  return process.arch === 'x64' ? X64 : { baseline: [] };
}

/** Builds what is not built yet; says what there is now, or why not. */
export async function buildNative() {
  const compiler = await findCompiler();
  if (compiler === null) {
    return fail('no C compiler found (tried $CC, cc, gcc, clang): install one and run npm run postinstall');
  }
  const sets = instructionSets();
  const hash = hashOf(sources(), compiler, COMMON, sets, process.platform, process.arch);
  const built = isBuilt(REPORT, hash);
  if (built !== null) return { detail: built, fresh: false };
  try {
    return { detail: await build(REPORT, hash, (folder) => compile(compiler, sets, folder)), fresh: true };
  } catch (error) {
    return fail(`${compiler.version} failed: ${firstLine(error)}`);
  }
}

async function compile(compiler, sets, folder) {
  const objects = await Promise.all(
    Object.entries(sets).map(async ([name, flags]) => {
      const object = join(folder, `${name}.o`);
      const table = [`-DTABLE=kernels_${name}`, `-DNAME="${name}"`];
      const args = [...COMMON, ...flags, ...table, '-c', join(SOURCE, 'core.c'), '-o', object];
      try {
        await run(compiler.path, args);
        return { name, object };
      } catch (error) {
        // An old compiler may not know the newest set; the baseline must work.
        if (name === 'baseline') throw error;
        return { name, object: null };
      }
    }),
  );
  const compiled = objects.filter(({ object }) => object !== null);
  const have = compiled.map(({ name }) => `-DHAVE_${name.toUpperCase()}`);
  const headers = join(
    dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')),
    'include',
  );
  const files = [join(SOURCE, 'addon.c'), ...compiled.map(({ object }) => object)];
  const link = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  await run(compiler.path, [
    ...COMMON,
    '-shared',
    ...have,
    '-I',
    headers,
    ...files,
    '-o',
    join(folder, PRODUCT),
    ...link,
  ]);
  const unknown = objects.filter(({ object }) => object === null).map(({ name }) => name);
  const without = unknown.length > 0 ? `, which does not know ${unknown.join(', ')}` : '';
  return { detail: `compiled by ${compiler.version}${without}`, products: [PRODUCT] };
}

async function fail(detail) {
  await recordFailure(REPORT, [PRODUCT], detail);
  return { detail: `not available, ${detail}`, fresh: true };
}

function firstLine(error) {
  return String(error.stderr || error.message)
    .trim()
    .split('\n')[0];
}

async function findCompiler() {
  for (const path of [process.env.CC, 'cc', 'gcc', 'clang']) {
    if (!path) continue;
    try {
      const { stdout } = await run(path, ['--version']);
      return { path, version: stdout.split('\n')[0].trim() };
    } catch {
      // Not on this machine: try the next.
    }
  }
  return null;
}
