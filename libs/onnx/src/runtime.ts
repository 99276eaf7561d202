import type * as onnxruntime from 'onnxruntime-web';

export type Runtime = typeof onnxruntime;

/**
 * onnxruntime-web, told to compute on one thread and to keep silent.
 * @param origin what needs it, for the error
 * @throws Error when it is not installed.
 */
export async function loadRuntime(origin: string): Promise<Runtime> {
  try {
    const runtime = await import('onnxruntime-web');
    runtime.env.wasm.numThreads = 1;
    runtime.env.logLevel = 'error';
    return runtime;
  } catch (error) {
    throw new Error(
      `${origin}: needs the optional package onnxruntime-web; \`npm install onnxruntime-web\``,
      { cause: error },
    );
  }
}
