import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng, type Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';
import { fsad } from './fsad.ts';

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

/** Noise, with a bright spot where it is defective. */
function surface(name: string, defective: boolean): Image {
  const side = 48;
  const data = Uint8Array.from(randomStream(1, name).normal(side * side * 3), (value) => 110 + 12 * value);
  if (defective) for (let y = 20; y < 28; y++) data.fill(250, (y * side + 20) * 3, (y * side + 28) * 3);
  return { width: side, height: side, channels: 3, data };
}

async function write(directory: string, count: number, defective = false): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (let i = 0; i < count; i++) {
    await writeFile(
      join(directory, `${i}.png`),
      await encodePng(surface(`${directory.length}/${i}`, defective)),
    );
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-own-'));
  await write(at('good'), 5);
  await write(at('more-good'), 8);
  await write(at('defect'), 3, true);
  const trained = await fsad(
    'train',
    '--folder',
    at('good'),
    '--method',
    'nearest-pixel',
    '--out',
    at('model'),
  );
  expect(trained.stderr).toContain('the model is in');
  expect(trained.code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("pictures of one's own", () => {
  it('score prints picture, score and decision, and ends with 3 for a defect where asked to', async () => {
    const run = await fsad('score', at('model'), at('defect'), '--fail-on-defect');
    const [header, ...rows] = run.stdout.trim().split('\n');
    expect(header).toBe('picture,score,decision');
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toMatch(/\.png,0\.[5-9]\d*,defective$/);
    expect(run.code).toBe(3);
    expect(
      (await fsad('score', at('model'), at('defect'), '--fail-on-defect', '--threshold', '0.99')).code,
    ).toBe(0);
  });

  it('calls most good pictures that it has not seen good', async () => {
    const run = await fsad('score', at('model'), at('more-good'), '--json', '--raw');
    const { threshold, pictures } = JSON.parse(run.stdout) as {
      threshold: number;
      pictures: { score: number; raw: number; decision: string }[];
    };
    expect(threshold).toBe(0.5);
    expect(pictures.filter(({ decision }) => decision === 'good').length).toBeGreaterThanOrEqual(7);
    const byScore = [...pictures].sort((a, b) => a.score - b.score);
    expect(byScore).toEqual([...pictures].sort((a, b) => a.raw - b.raw));
  });

  it.each(['1.5', 'high', '0', ''])('refuses the threshold "%s"', async (asked) => {
    const run = await fsad('score', at('model'), at('defect'), '--threshold', asked);
    expect(run.stderr).toContain('--threshold takes auto or a number between 0 and 1');
    expect(run.code).toBe(2);
  });

  it('localize writes a page that names every picture as it was given', async () => {
    const run = await fsad('localize', at('model'), at('defect'), at('more-good'), '--out', at('maps'));
    expect(run.code).toBe(0);
    const lines = run.stdout.trim().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatch(/^0\.\d+\tdefective\t/);
    const page = await readFile(at('maps', 'index.html'), 'utf8');
    expect(page).toContain(at('defect', '2.png'));
    expect(page).toContain('3 of 11 pictures called defective');
  });

  it('calibrate says before and after and how often it errs, and score goes by it', async () => {
    const run = await fsad('calibrate', at('model'), '--good', at('more-good'), '--bad', at('defect'));
    expect(run.stdout).toMatch(
      /before [\d.e+-]+: \d of 8 good ones called defective, 0 of 3 defective ones missed/,
    );
    expect(run.stdout).toMatch(/expected false alarms: .* \(\d of 8 .*95 % interval\)/);
    expect(run.stdout).toMatch(/expected misses: 0\.0 %, 0\.0 % to 70\.8 %/);
    expect(run.code).toBe(0);
    const scored = await fsad('score', at('model'), at('more-good'), at('defect'));
    expect(scored.stdout.match(/,defective$/gm)).toHaveLength(3);
    const single = await fsad('calibrate', at('model'), '--good', at('good', '0.png'));
    expect([single.code, single.stderr]).toEqual([
      2,
      expect.stringMatching(/at least two good pictures, got 1/),
    ]);
  });

  it('one picture, and more than ten, say what that means', async () => {
    const train = (from: string, out: string) =>
      fsad('train', '--folder', from, '--method', 'nearest-pixel', '--out', at(out));
    expect((await train(at('good', '..', 'one'), 'unused')).code).toBe(2);
    await write(at('one'), 1);
    expect((await train(at('one'), 'model-one')).stderr).toMatch(
      /learned from one picture, the threshold rests on/,
    );
    await write(at('eleven'), 11);
    expect((await train(at('eleven'), 'model-eleven')).stderr).toMatch(/11 pictures are more than the ten/);
  });

  it('a model that cuts pictures into tiles remembers it', async () => {
    const trained = await fsad(
      'train',
      '--folder',
      at('good'),
      '--method',
      'nearest-pixel',
      '--tiles',
      '2',
      '--out',
      at('tiled'),
    );
    expect(trained.stderr).toContain('2 x 2 tiles of each');
    expect(JSON.parse(await readFile(at('tiled', 'tiles.json'), 'utf8'))).toMatchObject({ tiles: 2 });
    expect((await fsad('score', at('tiled'), at('defect'))).stdout.match(/,defective$/gm)).toHaveLength(3);
    const wrong = await fsad('train', '--folder', at('good'), '--tiles', 'many', '--out', at('unused'));
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('--tiles takes auto or a whole number'),
    ]);
  });
});
