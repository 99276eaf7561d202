import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeFake } from '@fsad/reporting/testing';
import { fsad } from './fsad.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-report-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A store of one finished trial. */
async function storeOfOne(): Promise<string> {
  const store = join(folder, 'store');
  await storeFake(store, [{ cell: { budget: 'smoke' }, auroc: 0.9 }]);
  return store;
}

describe('fsad report', () => {
  it('writes the report and says where', async () => {
    const out = join(folder, 'out');
    const { code, stdout } = await fsad('report', '--store', await storeOfOne(), '--out', out);
    expect(code).toBe(0);
    const page = join(out, 'anomaly-detection-smoke', 'index.html');
    expect(stdout).toContain(`anomaly-detection, budget smoke: 1 trial: ${page}`);
    expect(await readFile(page, 'utf8')).toContain('90.0');
    expect(await readFile(join(out, 'index.html'), 'utf8')).toContain('anomaly-detection');
  });

  it('gives JSON for machines', async () => {
    const { stdout } = await fsad(
      'report',
      '--store',
      await storeOfOne(),
      '--out',
      join(folder, 'out'),
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      reports: [{ experiment: 'anomaly-detection', budget: 'smoke', trials: 1, failed: 0 }],
    });
  });

  it('exits with 2 and names a folder that is no store', async () => {
    const { code, stderr } = await fsad('report', '--store', join(folder, 'none'), '--out', folder);
    expect(code).toBe(2);
    expect(stderr).toContain('none: no store of results there');
  });
});
