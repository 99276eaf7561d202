// build/kernels-*.wasm: the same C source by the clang that npm ships, itself WebAssembly, so that no system compiler is needed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, hashOf, isBuilt, recordFailure, sources } from './build-files.mjs';

const REPORT = 'wasm.json';
const SETS = { simd128: [], 'relaxed-simd': ['-mrelaxed-simd'] };
const PRODUCTS = Object.keys(SETS).map((name) => `kernels-${name}.wasm`);
const FLAGS = [
  ...[
    '--target=wasm32-unknown-unknown',
    '-std=gnu11',
    '-O3',
    '-ffreestanding',
    '-nostdlib',
    '-fno-math-errno',
  ],
  ...['-msimd128', '-matomics', '-mbulk-memory', '-DTABLE=table'],
  ...['-Wl,--no-entry', '-Wl,--import-memory', '-Wl,--shared-memory', '-Wl,--max-memory=4294967296'],
  ...['-Wl,--export=__stack_pointer', '-Wl,-z,stack-size=262144'],
];

export async function buildWasm() {
  let version;
  const text = [];
  try {
    const clang = await import('@yowasp/clang');
    version = clang.version;
    const hash = hashOf(sources(), version, FLAGS, SETS);
    const built = isBuilt(REPORT, hash);
    if (built !== null) return { detail: built, fresh: false };
    // Without a command it only loads itself; its own report of that goes to the console.
    await clang.runLLVM(null, {}, { fetchProgress: () => {} });
    const note = (bytes) => bytes && text.push(Buffer.from(bytes).toString());
    const detail = await build(REPORT, hash, async (folder) => {
      for (const [name, flags] of Object.entries(SETS)) {
        const args = ['clang', ...FLAGS, ...flags, `-DNAME="${name}"`, 'wasm.c', '-o', 'kernels.wasm'];
        const files = await clang.runClang(args, sources(), {
          stdout: note,
          stderr: note,
          fetchProgress: () => {},
        });
        writeFileSync(join(folder, `kernels-${name}.wasm`), files['kernels.wasm']);
      }
      return { detail: `compiled by @yowasp/clang ${version}`, products: PRODUCTS };
    });
    return { detail, fresh: true };
  } catch (error) {
    const reason = text.join('').trim().split('\n')[0] || error.message;
    const detail = `@yowasp/clang ${version ?? 'is not installed'}: ${reason}`;
    await recordFailure(REPORT, PRODUCTS, detail);
    return { detail: `not available, ${detail}`, fresh: true };
  }
}
