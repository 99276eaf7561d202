import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ComparedTrial } from '@fsad/reporting';
import { fsad } from './fsad.ts';

describe('fsad compare', () => {
  let out: string;
  beforeEach(async () => void (out = await mkdtemp(join(tmpdir(), 'fsad-compare-'))));
  afterEach(() => rm(out, { recursive: true }));
  const compare = (...more: string[]): ReturnType<typeof fsad> =>
    fsad(
      'compare',
      '--dataset',
      'generated',
      '--class',
      'disc',
      '--out',
      out,
      '--test-subset',
      '20',
      ...more,
    );

  it('runs methods on the same splits, prints one table and keeps CSV and JSON', async () => {
    const { code, stdout } = await compare(
      '--methods',
      'pixel-mse,nearest-pixel',
      '--shots',
      '1,2',
      '--trials',
      '2',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/1-shot +paper +s\/trial +2-shot/);
    expect(stdout).toMatch(/nearest-pixel +\d+\.\d +/);
    const { trials } = JSON.parse(await readFile(join(out, 'compare.json'), 'utf8')) as {
      trials: ComparedTrial[];
    };
    expect(trials.length).toBe(8);
    expect(trials.every(({ test }) => /^20 of \d+ test images$/.test(test))).toBe(true);
    const splits = (method: string): string[] =>
      trials.filter((trial) => trial.method === method).map(({ split }) => split);
    expect(splits('pixel-mse')).toEqual(splits('nearest-pixel'));
    expect((await readFile(join(out, 'compare.csv'), 'utf8')).trim().split('\n').length).toBe(9);
    const report = await fsad('report', '--store', out, '--out', join(out, 'report'), '--json');
    expect((JSON.parse(report.stdout) as { reports: unknown[] }).reports).toMatchObject([
      { experiment: 'compare', budget: 'smoke', trials: 8, failed: 0 },
    ]);
  });

  it('keeps finished trials, and refuses those done with other settings unless told to replace them', async () => {
    await compare('--methods', 'pixel-mse');
    const again = await compare('--methods', 'pixel-mse,nearest-pixel');
    expect(again.stderr).toContain('2 trials: 1 done before, 1 to do');
    expect(again.stdout).toMatch(/pixel-mse +\d[^]*nearest-pixel +\d/);
    const other = await compare('--methods', 'pixel-mse', '--subset', 'validation');
    expect(other).toMatchObject({ code: 2, stdout: '' });
    expect(other.stderr).toMatch(/testSubset: [^]* is now [^]*--replace/);
    expect((await compare('--methods', 'pixel-mse', '--subset', 'validation', '--replace')).code).toBe(0);
  });

  it('goes on when a method fails, says so, and ends with code 1', async () => {
    const weights = ['--feature-weights', join(out, 'none')];
    const { code, stdout, stderr } = await compare('--methods', 'differnet,pixel-mse', ...weights);
    expect(code).toBe(1);
    expect(stdout).toMatch(/differnet +failed/);
    expect(stdout).toMatch(/pixel-mse +\d/);
    expect(stderr).toContain('no AlexNet weights there');
    expect(stderr).toContain('1 of 2 trials failed');
  });

  it.each([
    [['--shots', '0'], '--shots takes numbers'],
    [['--trials', '0'], '--trials takes a whole number'],
    [['--methods', 'nothing'], 'no method "nothing"'],
  ])('refuses %j with a reason', async (argv, reason) => {
    const { code, stderr } = await compare(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
  });
});
