// `npm run check:kernels [-- CASES]`: looks for memory faults and races in the kernels. Compiles native/check.c for each instruction set of
// this processor under GCC's or clang's sanitizers and runs it; beside the normal build, which it leaves alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCE } from './build-files.mjs';
import { instructionSets } from './build-native.mjs';

const SANITIZERS = {
  'addresses and undefined behaviour': ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'],
  races: ['-fsanitize=thread'],
};
const COMMON = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-fno-math-errno', '-pthread'];

const compiler = process.env.CC ?? 'cc';
const cases = process.argv[2] ?? '20';
const folder = mkdtempSync(join(tmpdir(), 'check-kernels-'));
let failed = false;
try {
  for (const [set, flags] of Object.entries(instructionSets())) {
    for (const [what, sanitizer] of Object.entries(SANITIZERS)) {
      const program = join(folder, 'check');
      const table = ['-DTABLE=table', `-DNAME="${set}"`];
      const source = join(SOURCE, 'check.c');
      console.log(`${set}, ${what}:`);
      if (!run(compiler, [...COMMON, ...sanitizer, ...flags, ...table, source, '-lm', '-o', program]))
        continue;
      // Races lie in the pool and the tasks, which few cases cover, and their sanitizer is slow.
      run(program, [what === 'races' ? String(Math.ceil(Number(cases) / 4)) : cases]);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failed ? 1 : 0;

function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) failed = true;
  return status === 0;
}
