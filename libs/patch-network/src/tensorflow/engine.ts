import { findBinding, openTfjs, type BindingName } from '@fsad/tensors/tfjs';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { copyState, takeSpec } from '../check.ts';
import type { Engine, EngineProbe } from '../engine.ts';
import { TensorflowDiscriminator } from './discriminator.ts';
import { TensorflowGenerator } from './generator.ts';
import { useTensorflow } from './operations.ts';

const NAMES: readonly BindingName[] = ['tensorflow', 'tensorflow-gpu'];

/**
 * Opens TensorFlow's kernels through the TensorFlow.js binding. One of the two names a process; the first call's number of threads holds
 * for the whole process.
 * @throws Error saying which command builds the binding, or that TensorFlow sees no GPU.
 */
export async function openTensorflowEngine(
  name: BindingName,
  options: { readonly threads: number },
): Promise<Engine> {
  const { description } = await openTfjs({ engine: name, threads: options.threads });
  return {
    name,
    instructionSet: description.split(',')[0],
    threads: Number(process.env.TF_NUM_INTRAOP_THREADS),
    async createDiscriminator(spec, state) {
      const taken = takeSpec(spec);
      const own = copyState(taken, state);
      await useTensorflow();
      return new TensorflowDiscriminator(taken, own);
    },
    async createGenerator(spec, state) {
      const taken = takeSpec(spec);
      const own = copyState(taken, state);
      await useTensorflow();
      return new TensorflowGenerator(taken, own);
    },
    async dispose() {},
  };
}

/** Whether each TensorFlow engine works here, tried in a process of its own, since a process can load only one. */
export async function probeTensorflow(): Promise<EngineProbe[]> {
  return Promise.all(NAMES.map(probe));
}

async function probe(name: BindingName): Promise<EngineProbe> {
  const folder = findBinding(name);
  if (folder === null) {
    return { name, available: false, detail: `not built on this machine: npm run engine:${name}` };
  }
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const backend = require(${JSON.stringify(folder)}).backend();
    console.log(JSON.stringify({ version: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice }));`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env },
    });
    const { version, gpu } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
      version: string;
      gpu: boolean;
    };
    if (name === 'tensorflow-gpu' && !gpu) {
      return { name, available: false, detail: `TensorFlow ${version} sees no GPU: check its driver` };
    }
    return { name, available: true, detail: `TensorFlow ${version}${gpu ? ' on a GPU' : ''}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').find((line) => /Error/.test(line)) : '';
    return {
      name,
      available: false,
      detail: `does not load (${reason}): npm run engine:${name} -- --rebuild`,
    };
  }
}
