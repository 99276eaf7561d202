#!/usr/bin/env node
/**
 * Makes `.venv` in the repository root, with the MLflow that the tracking tests start as a real server, and the onnxruntime that runs exported models.
 * Run again it does nothing; after a change of `packages`, or a cut installation, it starts afresh.
 *
 *   node scripts/python-env.mjs        FSAD_PYTHON_BASE=/path/to/python3 chooses the interpreter
 *
 * Exit codes: 0 ready, 1 installation failed, 2 no usable Python on this machine.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = ['mlflow==3.17.2', 'onnx==1.23.2', 'onnxruntime==1.32.0', 'pillow==13.0.0'];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const venv = join(root, '.venv');
const windows = process.platform === 'win32';
const python = join(venv, windows ? 'Scripts/python.exe' : 'bin/python');
const marker = join(venv, 'fsad-packages.json');
const say = (text) => process.stderr.write(`python-env: ${text}\n`);

function ready() {
  try {
    return existsSync(python) && readFileSync(marker, 'utf8') === JSON.stringify(packages);
  } catch {
    return false;
  }
}

/** onnxruntime needs Python 3.11 or newer. */
function findPython() {
  const candidates = process.env.FSAD_PYTHON_BASE
    ? [process.env.FSAD_PYTHON_BASE]
    : ['python3', 'python', 'python3.13', 'python3.12', 'python3.11'];
  const probe = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 11) else 1)';
  return candidates.find((candidate) => spawnSync(candidate, ['-c', probe]).status === 0);
}

/** Runs pip, telling how many packages have come so far, at most once in two seconds. */
function install() {
  const started = Date.now();
  const args = ['-m', 'pip', 'install', '--disable-pip-version-check', '--progress-bar', 'off', ...packages];
  const pip = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let collected = 0;
  let said = 0;
  let errors = '';
  pip.stdout.setEncoding('utf8').on('data', (text) => {
    collected += text.match(/^Collecting /gm)?.length ?? 0;
    const installing = text.includes('Installing collected packages');
    if (installing || Date.now() - said > 2000) {
      said = Date.now();
      const seconds = Math.round((said - started) / 1000);
      say(
        installing
          ? `installing ${collected} packages (${seconds} s)`
          : `${collected} packages found (${seconds} s)`,
      );
    }
  });
  pip.stderr.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-4000)));
  return new Promise((resolve) => {
    pip.on('error', (error) => resolve(String(error)));
    pip.on('close', (code) => resolve(code === 0 ? null : errors || `pip ended with ${code}`));
  });
}

if (ready()) {
  say(`${packages.join(', ')} already in .venv`);
  process.exit(0);
}
const base = findPython();
if (!base) {
  say(
    'found no Python 3.11 or newer with the venv module; install one (Debian: python3-venv) or set FSAD_PYTHON_BASE',
  );
  process.exit(2);
}
say(`making .venv with ${packages.join(', ')}; this takes a minute or two`);
rmSync(venv, { recursive: true, force: true });
const made = spawnSync(base, ['-m', 'venv', venv], { encoding: 'utf8' });
const failure = made.status === 0 ? await install() : made.stderr || String(made.error);
if (failure) {
  say(`failed:\n${failure}`);
  process.exit(1);
}
writeFileSync(marker, JSON.stringify(packages));
say('ready');
