// Compiles the C kernels when the workspace is installed: build/native.node by the machine's C compiler, build/kernels-*.wasm by the
// clang that npm ships. What cannot be built is reported in build/*.json and by `probeEngines`; the install goes on.
import { mkdirSync } from 'node:fs';
import { buildNative } from './build-native.mjs';
import { buildWasm } from './build-wasm.mjs';
import { BUILD } from './build-files.mjs';

mkdirSync(BUILD, { recursive: true });
for (const [name, build] of [
  ['native', buildNative],
  ['wasm', buildWasm],
]) {
  const { detail, fresh } = await build();
  console.log(`patch-network: engine ${name}: ${detail}${fresh ? '' : ' (already built)'}`);
}
