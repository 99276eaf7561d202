import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lightPage } from '../src/results/light-page.ts';
import { ownPicturesPage } from '../src/results/own-pictures-page.ts';

let folder: string;

/** Two good pictures, then two damaged ones. */
const anomalous = [0, 0, 1, 1];
const record = (
  method: string,
  set: string,
  trial: number,
  auroc: number,
  scores: number[],
  even = false,
) => ({
  ...{ method, numericVersion: 6, set, even, shots: 1, trial, auroc, pixelAuroc: 0.9, pro: 0.8 },
  ...{ falseAlarms: 1, good: 2, misses: trial, bad: 2, goodPixelsAbove: 0.001, fitSeconds: 1 },
  ...{ calibrationSeconds: 2, secondsPerPicture: 0.1, peakMegabytes: 100 + trial },
  ...{ level: { ordinary: 1, threshold: 3 }, scores, anomalous },
});
const lines = (values: readonly object[]): string => values.map((one) => `${JSON.stringify(one)}\n`).join('');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pages-'));
  // Each finds one of the damaged pictures alone; their sum finds both.
  const records = [
    record('patchcore', 'screw', 0, 0.75, [2, 1, 1.5, 9]),
    record('patchcore', 'screw', 1, 0.5, [1, 2, 1, 2]),
    record('htdg:fast-rotations', 'screw', 0, 0.75, [1, 2, 9, 1.5]),
    record('patchcore', 'screw', 0, 0.5, [1, 2, 1, 2], true),
    // Not measured as given, so that it says nothing.
    record('patchcore', 'screw', 2, 0.9, [1, 2, 1, 2], true),
    { ...record('htdg:fast-rotations', 'screw', 1, 0.5, [1, 9]), anomalous: [0, 1] },
  ];
  await writeFile(join(folder, 'records.jsonl'), lines(records));
  const drawn = { method: 'patchcore', numericVersion: 6, set: 'wires', strength: 0.5 };
  await writeFile(
    join(folder, 'drawn.jsonl'),
    lines([
      { ...drawn, variant: '', draw: 0, auroc: 0.9 },
      { ...drawn, variant: '', draw: 1, auroc: 0.7 },
    ]),
  );
  await writeFile(
    join(folder, 'levels.jsonl'),
    lines([
      { class: 'screw', kind: 'training', levels: [100, 110] },
      { class: 'screw', kind: 'good', levels: [90, 92] },
      { class: 'screw', kind: 'scratch', levels: [104, 107] },
    ]),
  );
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ['{"class":', 'not valid JSON'],
  ['{"class":"screw","kind":"good"}', 'levels: expected array'],
])('a line that is no record is named: %s', async (line, problem) => {
  const broken = await mkdtemp(join(tmpdir(), 'pages-'));
  await writeFile(join(broken, 'levels.jsonl'), `{"class":"screw","kind":"good","levels":[1]}\n${line}\n`);
  await expect(lightPage(broken, folder, null)).rejects.toThrow(`levels.jsonl:2: ${problem}`);
  await rm(broken, { recursive: true });
});

it('own pictures: a row a method and set, the sum of two methods, and what was chosen by', async () => {
  const page = (await ownPicturesPage(folder, 'It reads well.')).get('README.md')!;
  expect(page).toContain(
    '| patchcore | 6 | screw | 1 | 4 | 75.0, 50.0 | 90.0 | 80.0 | 2 of 4 | 1 of 4 | 0.10 % | 1.0 s | 2.0 s | 0.100 s | 101 MB |',
  );
  expect(page).toContain('| screw | 1 | 75.0 | 75.0 | 100.0 |');
  expect(page).toContain('| `few-shot` | 6 | 80.0 | 80.0 |');
  expect(page).toContain('It reads well.');
  expect(page).not.toContain('90.0, ');
});

it('light: what the level alone tells, and what is left of a method without it', async () => {
  const files = await lightPage(folder, folder, 'It reads well.');
  const page = files.get('README.md') as string;
  // All damaged pictures are brighter than the good ones, and nearer to the training pictures.
  expect(page).toContain('| screw | 105.0 ± 7.1 | 91.0 ± 1.4 | 105.5 ± 2.1 | 100.0 | 0.0 |');
  expect(page).toContain('| screw | patchcore | 75.0 | 50.0 | −25.0 |');
  expect(page).not.toContain('htdg fast-rotations |');
  expect([...files.keys()]).toContain('levels.png');
});
