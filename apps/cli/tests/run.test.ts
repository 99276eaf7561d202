import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readResult, readSummaries } from '@fsad/runner';
import { fsad, type Run } from './fsad.ts';

const support = (name: string): string => resolve(import.meta.dirname, 'support', name);

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'fsad-cli-run-'));
});
afterEach(() => rm(store, { recursive: true, force: true }));

function hasCheckpoint(work: string): boolean {
  const files = existsSync(work) ? readdirSync(work, { recursive: true }) : [];
  return files.some((file) => String(file).endsWith('checkpoint.safetensors'));
}

function run(...options: string[]): Promise<Run> {
  return fsad('run', support('tiny.ts'), '--store', store, ...options);
}

describe('fsad run --dry-run', () => {
  it('shows what is to be done by method and how long it takes, and does nothing', async () => {
    const { code, stdout } = await run('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('4 trials planned, 0 done, 4 to do');
    expect(stdout).toMatch(/pixel-mse default +2 to do, about [\d.]+ m?s each/);
    expect(stdout).toMatch(/htdg full +2 to do, about [\d.]+ m?s each/);
    expect(existsSync(join(store, 'index.jsonl'))).toBe(false);
  });

  it('measures a kind of trial once', async () => {
    const first = await run('--dry-run', '--json');
    expect(first.stderr).toContain('measuring 2 of 2: htdg full, generated, 1-shot');
    const second = await run('--dry-run', '--json');
    expect(second.stderr).not.toContain('measuring');
    expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
  });
});

describe('fsad run', () => {
  it('does every trial, and the second time none', async () => {
    const first = await run();
    expect(first.code).toBe(0);
    expect(first.stdout).toContain(`4 of 4 trials done; results in ${store}`);
    expect(first.stderr.match(/^done .*AUROC/gm)).toHaveLength(4);
    const second = await run('--json');
    expect(second.code).toBe(0);
    expect(second.stderr).toContain('4 trials: 4 done before, nothing to do');
    expect(JSON.parse(second.stdout)).toMatchObject({ cells: 4, ok: 4, failed: 0, left: 0 });
  });

  it('refuses trials that were done differently, naming what differs, unless told to replace them', async () => {
    const chosen = ['--where', 'detector=pixel-mse', '--where', 'class=disc'];
    expect((await run(...chosen)).code).toBe(0);
    const refused = await run(...chosen, '--set', 'pixel-mse.size=32');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('generated disc, 1-shot, trial 0, pixel-mse default');
    expect(refused.stderr).toContain('configuration.settings.size: 64 is now 32');
    const replaced = await run(...chosen, '--set', 'pixel-mse.size=32', '--replace');
    expect(replaced.code).toBe(0);
    expect(replaced.stderr).toContain('1 to do');
  });

  it('exits with 1 when a trial fails, and still does the others', async () => {
    const { code, stdout, stderr } = await run('--set', 'htdg.training.learningRate=1e30');
    expect(code).toBe(1);
    expect(stderr.match(/^NOT WELL .*htdg full: diverged/gm)).toHaveLength(2);
    expect(stdout).toContain('2 of 4 trials done, 2 not well');
    const again = await run('--set', 'htdg.training.learningRate=1e30');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('2 failed before (--retry-failed tries them again)');
  });

  it('leaves on Ctrl-C with 130 within ten seconds, and goes on where it was cut', async () => {
    const long = [
      '--where',
      'detector=htdg',
      '--where',
      'class=disc',
      '--set',
      'training.iterations.rgb=2500',
    ];
    const bin = resolve(import.meta.dirname, '../bin/fsad.mjs');
    const child = spawn(process.execPath, [bin, 'run', support('tiny.ts'), '--store', store, ...long]);
    const ended = new Promise((done) => child.on('exit', done));
    await vi.waitUntil(() => hasCheckpoint(join(store, 'work')), { timeout: 120_000, interval: 20 });
    const since = performance.now();
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(performance.now() - since).toBeLessThan(10_000);
    expect((await run(...long)).code).toBe(0);
    for await (const { key } of readSummaries(store)) {
      expect((await readResult(store, key))?.provenance.attempts).toBe(2);
    }
  });
});

describe('what is wrong before anything runs exits with 2', () => {
  it('all of it at once', async () => {
    const options = ['--where', 'klass=3', '--set', 'layers=2', '--data', '/nowhere'];
    const { code, stderr } = await fsad('run', 'shots-cifar10', '--store', store, ...options);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no "klass"');
    expect(stderr).toContain('--set layers: no such configuration key');
    expect(stderr).toContain('/nowhere');
  });

  it.each([
    [['--where', 'class=cat'], '--where class=cat: not in this experiment; there are surface, disc'],
    [['--where', 'class=disc class=ring'], '--where class is given twice; write class=A,B for either'],
    [['--where', 'dataset=mnist'], '--where dataset=mnist: not in this experiment; there are generated'],
    [['--set', 'htdg.training.learningRate=fast'], 'learningRate: Invalid input'],
    [['--trials', '51'], '51 training images needed'],
    [['--share', '3/2'], '--share takes i/n with i from 1 to n, got 3/2'],
    [['--test-subset', 'some'], '--test-subset takes a number of images, or all'],
  ])('%j', async (options, message) => {
    const split = options[0] === '--trials' ? ['--split', 'consecutive'] : [];
    const { code, stderr } = await run(...options, ...split);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it.each([
    [support('nowhere.ts'), 'there is no experiment'],
    [support('no-experiment.ts'), 'needs a line "export default defineExperiment'],
    [support('misspelt.ts'), 'unknown key "trails"'],
  ])('%s', async (file, message) => {
    const { code, stderr } = await fsad('run', file, '--store', store);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('takes an .mts file, which need not lie in a folder of ES modules', async () => {
    const file = join(store, 'mine.mts');
    await writeFile(file, 'export default {};\n');
    expect((await fsad('run', file, '--store', store)).stderr).toContain(
      'experiment undefined configuration',
    );
  });
});
