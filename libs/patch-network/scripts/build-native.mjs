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

export async function buildNative() {
  const compiler = await findCompiler();
  if (compiler === null) {
    const detail = 'no C compiler found (tried $CC, cc, gcc, clang): install one and run npm run postinstall';
    await recordFailure(REPORT, [PRODUCT], detail);
    return { detail: `not available, ${detail}`, fresh: true };
  }
  const sets = process.arch === 'x64' ? X64 : { baseline: [] };
  const headers = join(
    dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')),
    'include',
  );
  const hash = hashOf(sources(), compiler, COMMON, sets, process.platform, process.arch);
  const built = isBuilt(REPORT, hash);
  if (built !== null) return { detail: built, fresh: false };
  try {
    const detail = await build(REPORT, hash, async (folder) => {
      const objects = [];
      const failed = [];
      for (const [name, flags] of Object.entries(sets)) {
        const object = join(folder, `${name}.o`);
        const names = [`-DTABLE=kernels_${name}`, `-DNAME="${name}"`];
        const args = [...COMMON, ...flags, ...names, '-c', join(SOURCE, 'core.c'), '-o', object];
        try {
          await run(compiler.path, args);
          objects.push({ name, object });
        } catch (error) {
          if (name === 'baseline') throw error;
          failed.push(name);
        }
      }
      const link = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
      const have = objects.map(({ name }) => `-DHAVE_${name.toUpperCase()}`);
      const files = [join(SOURCE, 'addon.c'), ...objects.map(({ object }) => object)];
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
      const without = failed.length > 0 ? ` (this compiler does not know ${failed.join(', ')})` : '';
      return { detail: `compiled by ${compiler.version}${without}`, products: [PRODUCT] };
    });
    return { detail, fresh: true };
  } catch (error) {
    const reason = String(error.stderr || error.message)
      .trim()
      .split('\n')[0];
    const detail = `${compiler.version} failed: ${reason}`;
    await recordFailure(REPORT, [PRODUCT], detail);
    return { detail: `not available, ${detail}`, fresh: true };
  }
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
