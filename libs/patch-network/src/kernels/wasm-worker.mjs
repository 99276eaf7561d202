// One thread of the engine `wasm`. The first runs the calls that arrive as messages; the others help it until it stops.
// Plain JavaScript, since a worker thread has no TypeScript loader.
import { parentPort, workerData } from 'node:worker_threads';

const { module, memory, threads, worker, stack } = workerData;
const { exports } = await WebAssembly.instantiate(module, { env: { memory } });

if (worker === 0) {
  if (exports.start(threads) === 0) throw new Error('WebAssembly memory ran out');
  const stacks = Array.from({ length: threads - 1 }, (_, i) => exports.stack_of(i + 1));
  parentPort.on('message', (message) => {
    if (message === null) {
      exports.stop();
      parentPort.close();
      return;
    }
    const { call, args } = message;
    new Float64Array(memory.buffer, exports.arguments_of_call(), args.length).set(args);
    parentPort.postMessage(exports.run_call(call));
  });
  parentPort.postMessage(stacks);
} else {
  exports.__stack_pointer.value = stack;
  exports.help(worker);
}
