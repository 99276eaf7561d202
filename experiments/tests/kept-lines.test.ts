import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KeptLines } from '../tuning/kept-lines.ts';

it('knows what was measured before, and nothing that only begins alike', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fsad-kept-'));
  const path = join(folder, 'deeper', 'lines.jsonl');
  const first = await KeptLines.open(path);
  expect(first.has({ set: 'grid', trial: 1 })).toBe(false);
  await first.add({ set: 'grid', trial: 12, auroc: 0.5 });
  await first.add({ set: 'screw', trial: 1, auroc: 0.25 });
  const next = await KeptLines.open(path);
  expect(next.has({ set: 'grid', trial: 12 })).toBe(true);
  expect(next.has({ set: 'grid', trial: 1 })).toBe(false);
  expect(next.has({ set: 'screw', trial: 1 })).toBe(true);
  await next.add({ set: 'grid', trial: 1, auroc: 1 });
  expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(3);
  await rm(folder, { recursive: true });
});
