import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { realOrFakePage } from '../src/results/real-or-fake-page.ts';

it('a row a variant and way, the difference from the probability over the same trainings, and a row a class', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'real-or-fake-'));
  const cells = ['frog', 'ship'].flatMap((name) => [90, 91].map((trial) => ({ class: name, trial })));
  const rows = [
    ...cells.map((cell, i) => {
      const probability = 0.4 + 0.1 * i;
      return {
        variant: 'b',
        iterations: 25,
        ...cell,
        images: 300,
        aurocs: { probability, logit: probability + 0.02 },
      };
    }),
    ...cells.map((cell) => ({
      variant: 'c',
      iterations: 25,
      ...cell,
      images: 300,
      aurocs: { probability: 0.6 },
    })),
  ];
  await writeFile(join(folder, 'validation.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const page = (await realOrFakePage(folder, 'It reads well.')).get('README.md')!;
  expect(page).toContain('## Reading\n\nIt reads well.\n');
  expect(page).toContain('| (b), 25 iterations | probability | 4 | 55.0 | 12.9 | – |');
  expect(page).toMatch(/\| \(b\), 25 iterations \| logit \| 4 \| 57\.0 \| 12\.9 \| \+2\.0/);
  expect(page).toContain('| (c), 25 iterations | probability | 4 | 60.0 | 0.0 | – |');
  expect(page).toContain('| frog | 40.0, 50.0 | 60.0, 60.0 |');
  await rm(folder, { recursive: true });
});
