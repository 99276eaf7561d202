import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '@fsad/images';
import { randomStream } from '@fsad/tensors';
import { fsad } from './fsad.ts';

const root = mkdtempSync(join(tmpdir(), 'fsad-edges-'));
const at = (...parts: string[]): string => join(root, ...parts);
afterAll(() => rmSync(root, { recursive: true }));

const side = 32;

/** A noisy picture; a defect is a bright square of 8 pixels. */
async function picture(path: string, defect = false): Promise<void> {
  const random = randomStream(0, path);
  const data = Uint8Array.from({ length: side * side }, (_, i) => {
    const inside = defect && i % side < 8 && i < 8 * side;
    return inside ? 255 : 90 + random.integer(20);
  });
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), await encodePng({ width: side, height: side, channels: 1, data }));
}

async function mask(path: string, of = (inside: boolean): number => (inside ? 255 : 0)): Promise<void> {
  const data = Uint8Array.from({ length: side * side }, (_, i) => of(i % side < 8 && i < 8 * side));
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), await encodePng({ width: side, height: side, channels: 1, data }));
}

/** Training, good and defective test pictures, with masks. */
async function surface(name: string, good = 'good'): Promise<string> {
  for (const i of [0, 1]) {
    await picture(`${name}/train/good/${i}.png`);
    await picture(`${name}/test/${good}/${i}.png`);
    await picture(`${name}/test/cut/${i}.png`, true);
    await mask(`${name}/ground_truth/cut/${i}_mask.png`);
  }
  return at(name);
}

const train = (folder: string, out: string, ...more: string[]) =>
  fsad(
    ...['train', '--folder', folder, '--out', out, '--threads', '1', '--method', 'htdg', '--no-calibrate'],
    ...['--iterations', '2'],
    ...['--set', 'pyramid.sizes=[16,20]', '--set', 'network.widths=[8,8]', ...more],
  );

let base: string;
let model: string;
beforeAll(async () => {
  base = await surface('base');
  model = at('model');
  expect(await train(base, model)).toMatchObject({ code: 0 });
});

describe('where outputs go', () => {
  it('localize never writes over a picture it reads', async () => {
    await picture('photos/a.png');
    const before = readFileSync(at('photos', 'a.png'));
    const { code, stderr } = await fsad('localize', model, at('photos'), '--out', at('photos'));
    expect(stderr).toContain('a.png is one of the pictures that are read');
    expect(code).toBe(2);
    expect(readFileSync(at('photos', 'a.png'))).toEqual(before);
    expect(readdirSync(at('photos'))).toEqual(['a.png']);
  });

  it('localize gives every picture a file of its own', async () => {
    for (const name of ['x/a', 'y/a', 'z/a-2', 'w/A']) await picture(`many/${name}.png`);
    expect(await fsad('localize', model, at('many'), '--out', at('maps'))).toMatchObject({ code: 0 });
    expect(
      readdirSync(at('maps', 'originals'))
        .map((name) => name.toLowerCase())
        .sort(),
    ).toEqual(['a-2.png', 'a-3.png', 'a-4.png', 'a.png']);
  });

  it('what was drawn is never learned from nor scored', async () => {
    for (const i of [0, 1]) await picture(`pics/${i}.png`);
    expect(await train(at('pics'), at('pics'))).toMatchObject({ code: 0 });
    expect(await fsad('localize', model, at('pics'), '--out', at('pics', 'maps'))).toMatchObject({ code: 0 });
    const again = await train(at('pics'), at('again'));
    expect(again.stderr).toContain('2 training images');
    expect(again.stderr).toContain('2 pictures drawn by fsad');
    const scored = await fsad('score', model, at('pics'));
    expect(scored.stdout.trim().split('\n')).toHaveLength(3);
  });

  it('train never draws over a picture that has the name of one of its own', async () => {
    await picture('named/losses.png');
    expect(await train(at('named'), at('named'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('losses.png is there and was not drawn by fsad') as string,
    });
  });

  it('generate writes its samples anew, but not over a photograph', async () => {
    await picture('taken/photo.png');
    const draw = (file: string) => fsad('generate', model, '--count', '1', '--out', at('taken', file));
    expect(await draw('samples.png')).toMatchObject({ code: 0 });
    expect(await draw('samples.png')).toMatchObject({ code: 0 });
    expect(await draw('photo.png')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('photo.png is there and was not drawn by fsad') as string,
    });
  });

  it('places that cannot take them are named before any work', async () => {
    writeFileSync(at('file'), '');
    const csv = await fsad('score', model, base, '--csv', at('nowhere', 'x.csv'));
    expect(csv).toMatchObject({ code: 2, stdout: '' });
    expect(csv.stderr).toMatch(/--csv .*there is no folder .*nowhere/);
    const out = await fsad('localize', model, base, '--out', at('file'));
    expect(out.stderr).toMatch(/--out .*file is a file/);
    expect(out.stderr).not.toContain('localising');
    const table = await fsad(
      'score',
      model,
      at('base', 'test', 'good'),
      '--csv',
      at('base', 'test', 'good', '0.png'),
    );
    expect(table.stderr).toContain('is one of the pictures that are read');
  });
});

describe('what a bad file costs', () => {
  it('a broken mask is left out and counted when skipping, and named before the work otherwise', async () => {
    cpSync(base, at('broken-mask'), { recursive: true });
    writeFileSync(at('broken-mask/ground_truth/cut/1_mask.png'), '');
    const failed = await fsad('score', model, '--folder', at('broken-mask'));
    expect(failed).toMatchObject({ code: 2 });
    expect(failed.stderr).toMatch(/1_mask\.png: the file is empty/);
    expect(failed.stderr).not.toContain('scoring');
    const skipped = await fsad('score', model, '--folder', at('broken-mask'), '--on-bad-image', 'skip');
    expect(skipped.code).toBe(0);
    expect(skipped.stderr).toContain('warning: the mask of test/cut/1.png cannot be read');
    expect(skipped.stdout).toMatch(/PRO [\d.]+ % over 1 regions of 3 pictures; 1 left out/);
  });

  it('a broken picture that ends the work leaves the scores of those before it', async () => {
    mkdirSync(at('late'));
    for (let i = 0; i < 33; i++) await picture(`late/${String(i).padStart(2, '0')}.png`);
    writeFileSync(at('late/32.png'), 'broken');
    const { code, stdout, stderr } = await fsad('score', model, at('late'));
    expect(code).toBe(2);
    expect(stdout.trim().split('\n')).toHaveLength(33);
    expect(stderr).toMatch(/32\.png: .*ended the work after 32 of 33 pictures, which are kept/);
  });
});

describe('what is said of the data', () => {
  it('which folders count as good and as defects, odd masks, and what was passed over', async () => {
    const folder = await surface('told', 'Good');
    await mask('told/ground_truth/cut/1_mask.png', (inside) => (inside ? 0 : 255));
    writeFileSync(at('told/test/cut/c.HEIC'), '');
    const { code, stdout, stderr } = await fsad('score', model, '--folder', folder);
    expect(code).toBe(0);
    expect(stderr).toContain('training: train/good (2); good: test/Good (2); defects: test/cut (2)');
    expect(stderr).toContain('1 picture of a kind that is not read (test/cut/c.HEIC)');
    expect(stderr).toContain(
      'warning: the mask of test/cut/1.png marks 94 % of its picture; is it inverted?',
    );
    expect(stdout).toMatch(/over 2 regions of 4 pictures/);
  });

  it('a training picture among the test pictures under another name', async () => {
    const folder = await surface('copied');
    copyFileSync(join(folder, 'train/good/0.png'), join(folder, 'test/good/copy.png'));
    expect(await train(folder, at('copied-model'))).toMatchObject({ code: 0 });
    const { stderr } = await fsad('score', at('copied-model'));
    expect(stderr).toContain(
      'warning: training pictures under other names among the test pictures: test/good/copy.png',
    );
  });

  it('a model knows its pictures from wherever it is asked, and notices when they are others', async () => {
    const before = process.cwd();
    await surface('here/data');
    try {
      process.chdir(at('here'));
      expect(await train('data', at('moved-model'))).toMatchObject({ code: 0 });
      process.chdir(root);
      expect((await fsad('score', at('moved-model'))).stdout).toContain('AUROC');
    } finally {
      process.chdir(before);
    }
    copyFileSync(at('here/data/test/cut/0.png'), at('here/data/train/good/0.png'));
    const { code, stderr } = await fsad('score', at('moved-model'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/training pictures of .*moved-model are not what it learned from: pixels differ/);
  });

  it('without control characters of names on the terminal, and without formulas in tables', async () => {
    await picture('names/=1+1.png');
    await picture('names/a\u001b[31m.png');
    process.chdir(at('names'));
    const { stdout } = await fsad('score', model, '=1+1.png', 'a\u001b[31m.png');
    process.chdir(root);
    expect(stdout).toContain("'=1+1.png,");
    expect(stdout).toContain('a\\x1b[31m.png,');
  });
});

it.skipIf(process.getuid?.() === 0)(
  'a closed folder is named before the work (root may write anywhere)',
  async () => {
    mkdirSync(at('closed'));
    chmodSync(at('closed'), 0o500);
    expect((await fsad('localize', model, base, '--out', at('closed', 'x'))).stderr).toContain(
      'nothing can be written',
    );
    expect(existsSync(at('closed', 'x'))).toBe(false);
  },
);
