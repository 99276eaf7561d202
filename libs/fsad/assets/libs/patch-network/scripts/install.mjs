// Compiles the native kernels when the package is installed, where there is a C compiler; the WebAssembly build comes with the package.
import { buildNative } from './build-native.mjs';

try {
  const { detail } = await buildNative();
  console.log(`fsad: engine native: ${detail}`);
} catch (error) {
  console.log(`fsad: engine native: not built (${error.message}); the engine wasm serves instead`);
}
