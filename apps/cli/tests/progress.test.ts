import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { progressLine } from '@fsad/runner';
import { fsad } from './fsad.ts';

const QUICK = [
  '--method',
  'htdg',
  '--set',
  'pyramid.sizes=[16,20]',
  '--set',
  'network.widths=[8,8]',
  '--iterations',
  '2',
];

let folder: string;
let nth = 0;
const train = (...more: string[]) =>
  fsad(
    'train',
    '--dataset',
    'generated',
    '--class',
    'part',
    '--calibrate',
    ...QUICK,
    '--out',
    join(folder, `m${nth++}`),
    ...more,
  );

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'fsad-progress-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('fsad train without a terminal', () => {
  it('writes plain lines by itself, scales counted from 1', async () => {
    const { stderr, code } = await train();
    expect(code).toBe(0);
    expect(stderr).toMatch(/^scale 1 of 2 \(16 px\): 2 of 2, real/m);
    expect(stderr).toMatch(/^scale 2 of 2 \(20 px\): 2 of 2, real/m);
    expect(stderr).toMatch(/^what good pictures score: 1 of 1/m);
    expect(stderr).not.toMatch(/\u001b|scale 0/);
  });

  it('writes JSON lines alone on --progress json, of one training whose share only grows', async () => {
    const { stderr } = await train('--progress', 'json');
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => progressLine.parse(JSON.parse(line)));
    const shares = lines.flatMap((line) => (line.type === 'progress' ? [line.whole] : []));
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('says on --progress json what went wrong in JSON too', async () => {
    const { stderr, code } = await train('--progress', 'json', '--preset', 'slow');
    expect(progressLine.parse(JSON.parse(stderr.trim().split('\n').at(-1)!))).toMatchObject({
      type: 'error',
      code,
    });
  });

  it('writes no progress on --progress none', async () => {
    const { stderr } = await train('--progress', 'none');
    expect(stderr).toContain('the model is in');
    expect(stderr).not.toContain('scale 1 of 2');
  });
});
