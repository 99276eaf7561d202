// build/kernels-*.wasm: the same C source by the clang that npm ships, itself WebAssembly, so that no system compiler is needed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, hashOf, isBuilt, recordFailure, sources } from './build-files.mjs';

const REPORT = 'wasm.json';
const THREADS = ['-matomics', '-Wl,--shared-memory'];
/** Instruction sets; `alone` is one thread without shared memory, for pages that are not cross-origin isolated. */
const BUILDS = {
  simd128: { set: 'simd128', flags: THREADS },
  'relaxed-simd': { set: 'relaxed-simd', flags: ['-mrelaxed-simd', ...THREADS] },
  'simd128-alone': { set: 'simd128', flags: [] },
};
const PRODUCTS = Object.keys(BUILDS).map((name) => `kernels-${name}.wasm`);
const FLAGS = [
  ...[
    '--target=wasm32-unknown-unknown',
    '-std=gnu11',
    '-O3',
    '-ffreestanding',
    '-nostdlib',
    '-fno-math-errno',
  ],
  ...['-msimd128', '-mbulk-memory', '-DTABLE=table'],
  ...['-Wl,--no-entry', '-Wl,--import-memory', '-Wl,--max-memory=4294967296'],
  ...['-Wl,--export=__stack_pointer', '-Wl,-z,stack-size=262144'],
];

export async function buildWasm() {
  let version;
  const text = [];
  try {
    const clang = await import('@yowasp/clang');
    version = clang.version;
    const hash = hashOf(sources(), version, FLAGS, BUILDS);
    const built = isBuilt(REPORT, hash);
    if (built !== null) return { detail: built, fresh: false };
    // Without a command it only loads itself; its own report of that goes to the console.
    await clang.runLLVM(null, {}, { fetchProgress: () => {} });
    const note = (bytes) => bytes && text.push(Buffer.from(bytes).toString());
    const detail = await build(REPORT, hash, async (folder) => {
      for (const [name, { set, flags }] of Object.entries(BUILDS)) {
        const args = ['clang', ...FLAGS, ...flags, `-DNAME="${set}"`, 'wasm.c', '-o', 'kernels.wasm'];
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
