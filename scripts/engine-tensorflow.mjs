#!/usr/bin/env node
// Builds the TensorFlow.js binding against the TensorFlow of the PyPI wheel, under .engines/ in the repository root.
//
//   npm run engine:tensorflow        TensorFlow for CPUs: 270 MB of download, 1.3 GB on disk, about a minute
//   npm run engine:tensorflow-gpu    with CUDA: several GB; needs an NVIDIA driver to be of use
//
// Wanted: Linux, Python 3 with pip, a C++17 compiler, the registries of npm and PyPI. Run again it checks what is there and
// builds only what is missing; --rebuild starts afresh. PYTHON and CXX choose another python3 and c++.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TENSORFLOW = '2.21.0';
const BINDING = '4.22.0';
const NAPI = 8;
const gpu = process.argv.includes('--gpu');
const name = gpu ? 'tensorflow-gpu' : 'tensorflow';
const wheel = gpu ? 'tensorflow[and-cuda]' : 'tensorflow-cpu';
const npmPackage = gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, '.engines', name);
const python = join(folder, 'python');
const libraries = join(python, 'tensorflow');
const binding = join(folder, 'node_modules', npmPackage);
const addon = join(binding, 'lib', `napi-v${NAPI}`, 'tfjs_binding.node');
const aside = `${folder}.before`;
const stamp = join(folder, 'engine.json');
const built = { tensorflow: TENSORFLOW, binding: BINDING, platform: process.platform, arch: process.arch };

/**
 * TensorFlow 2.21 announces itself on stderr whatever TF_CPP_MIN_LOG_LEVEL says; this holds it to warnings. It does so while
 * it is loaded, so the binding is linked to be initialised before it (initfirst).
 */
const SILENCE = `#include "absl/log/globals.h"
static const bool silent = (absl::SetMinLogLevel(absl::LogSeverityAtLeast::kWarning), true);
`;

class Failure extends Error {}

try {
  main();
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  restore();
  console.error(`\nengine ${name}: ${error.message}`);
  process.exitCode = 1;
}

function main() {
  restore();
  if (process.argv.includes('--rebuild')) {
    checkPrerequisites();
    if (existsSync(folder)) renameSync(folder, aside);
  } else if (isBuilt()) {
    const report = tryBinding();
    if (report.works) {
      say(`already built: ${report.text}`);
      return;
    }
    say(`what is there does not load (${report.text}); building the binding again`);
    rmSync(addon, { force: true });
  }
  checkPrerequisites();
  mkdirSync(folder, { recursive: true });
  fetchTensorFlow();
  fetchBinding();
  compile();
  const report = tryBinding();
  if (!report.works) throw new Failure(`built, but does not load: ${report.text}`);
  writeFileSync(`${stamp}.tmp`, `${JSON.stringify(built, null, 2)}\n`);
  renameSync(`${stamp}.tmp`, stamp);
  rmSync(aside, { recursive: true, force: true });
  say(`ready: ${report.text}`);
}

/** A rebuild that failed leaves what was there before. */
function restore() {
  if (!existsSync(aside)) return;
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
}

function isBuilt() {
  if (!existsSync(stamp) || !existsSync(addon)) return false;
  return JSON.stringify(JSON.parse(readFileSync(stamp, 'utf8'))) === JSON.stringify(built);
}

function checkPrerequisites() {
  if (process.platform !== 'linux') {
    throw new Failure(
      `this command builds on Linux only. On ${process.platform} install ${npmPackage} where its own download works, ` +
        'or use the engines native and wasm, which need nothing.',
    );
  }
  const pip = attempt(pythonCommand(), ['-m', 'pip', '--version']);
  if (pip.error) {
    throw new Failure(
      `there is no ${pythonCommand()}. Install Python 3 with pip (Debian: apt install python3-pip) or set PYTHON.`,
    );
  }
  if (pip.status !== 0) {
    throw new Failure(
      `${pythonCommand()} has no pip (${lastLine(pip)}). Install it (Debian: apt install python3-pip).`,
    );
  }
  const compiler = attempt(compilerCommand(), ['--version']);
  if (compiler.error || compiler.status !== 0) {
    throw new Failure(
      `there is no C++ compiler ${compilerCommand()}. Install one (Debian: apt install g++) or set CXX.`,
    );
  }
}

/** The wheel's files are only read as headers and libraries, so one Python version's wheel serves whichever pip there is. */
function fetchTensorFlow() {
  if (existsSync(join(python, 'complete'))) {
    say(`1/3 TensorFlow ${TENSORFLOW} is there`);
    return;
  }
  say(`1/3 TensorFlow ${TENSORFLOW} from PyPI (${gpu ? 'several GB' : '270 MB'})`);
  rmSync(python, { recursive: true, force: true });
  const options = ['--target', python, '--only-binary=:all:', '--python-version', '3.12', '--no-compile'];
  const quiet = ['--disable-pip-version-check', '--no-warn-conflicts', '--root-user-action', 'ignore'];
  const dependencies = gpu ? [] : ['--no-deps'];
  const pip = ['-m', 'pip', 'install', ...options, ...quiet, ...dependencies, `${wheel}==${TENSORFLOW}`];
  const result = attempt(pythonCommand(), pip, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) {
    throw new Failure(
      `pip could not install ${wheel} ${TENSORFLOW}; its reason stands above. It needs the Python package index ` +
        `(pip's own configuration names mirrors and proxies) and a wheel for ${process.arch}.`,
    );
  }
  writeFileSync(join(python, 'complete'), '');
}

function fetchBinding() {
  if (existsSync(join(binding, 'binding.gyp'))) {
    say(`2/3 ${npmPackage} ${BINDING} is there`);
    return;
  }
  say(`2/3 ${npmPackage} ${BINDING} from npm`);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const command = npm ? [process.execPath, npm] : ['npm'];
  const result = attempt(
    command[0],
    [...command.slice(1), 'install', ...options, `${npmPackage}@${BINDING}`],
    {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (result.status !== 0) {
    throw new Failure(`npm could not install ${npmPackage} ${BINDING}; its reason stands above.`);
  }
  // One TensorFlow.js a process: the binding finds the workspace's own copy, further up.
  const scope = join(folder, 'node_modules', '@tensorflow');
  for (const entry of readdirSync(scope)) {
    if (!entry.startsWith('tfjs-node')) rmSync(join(scope, entry), { recursive: true });
  }
}

/** The binding uses TensorFlow's C interface and Node-API only, so one compiler call builds it, without node-gyp. */
function compile() {
  if (existsSync(addon)) {
    say('3/3 the binding is compiled');
    return;
  }
  say(`3/3 compiling the binding with ${compilerCommand()}`);
  mkdirSync(dirname(addon), { recursive: true });
  const silence = join(folder, 'silence.cc');
  writeFileSync(silence, SILENCE);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(binding, 'binding', file));
  const includes = [join(root, 'node_modules', 'node-api-headers', 'include'), join(libraries, 'include')];
  // Relative to the addon, so that the folder may move; TensorFlow finds its CUDA libraries itself.
  const up = '../'.repeat(npmPackage.split('/').length + 3);
  const result = attempt(compilerCommand(), [
    ...['-std=c++17', '-O2', '-w', '-shared', '-fPIC', `-DNAPI_VERSION=${NAPI}`],
    ...includes.flatMap((include) => ['-I', include]),
    ...[...sources, silence],
    ...['-o', `${addon}.tmp`],
    ...['-L', libraries, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...['-Wl,-z,initfirst', `-Wl,-rpath,$ORIGIN/${up}python/tensorflow`],
  ]);
  if (result.status !== 0) throw new Failure(`the compiler failed:\n${result.stderr}`);
  renameSync(`${addon}.tmp`, addon);
}

/** Loads the binding in a process of its own and multiplies two matrices. */
function tryBinding() {
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const tf = require(${JSON.stringify(binding)});
    const two = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const product = Array.from(tf.matMul(two, two).dataSync());
    if (String(product) !== '7,10,15,22') throw new Error('wrong product ' + product);
    const { binding, isUsingGpuDevice } = tf.backend();
    console.log('TensorFlow ' + binding.TF_Version + ' on ' + (isUsingGpuDevice ? 'a GPU' : 'the CPU'));`;
  const result = attempt(process.execPath, ['-e', script], {
    cwd: root,
    env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env },
  });
  if (result.status !== 0) return { works: false, text: lastLine(result) };
  const text = result.stdout.trim().split('\n').at(-1);
  return {
    works: true,
    text: gpu && text.endsWith('the CPU') ? `${text}: it sees no GPU here` : text,
  };
}

function attempt(command, args, options = {}) {
  return spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
}

function lastLine(result) {
  const lines = `${result.stderr ?? ''}`.split('\n').filter((line) => /\w/.test(line));
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? `ended by ${result.signal}`;
}

function pythonCommand() {
  return process.env.PYTHON ?? 'python3';
}

function compilerCommand() {
  return process.env.CXX ?? 'c++';
}

function say(text) {
  console.log(`engine ${name}: ${text}`);
}
