import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSplits, drawSplit, openDataset, type DatasetSummary, type Verification } from '@fsad/datasets';
import { decodeImage, encodePng } from '@fsad/images';
import { splitOf } from '../src/source.ts';
import { fsad } from './fsad.ts';
import { writeMnist } from './idx.ts';

let folder: string;
let mnist: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-datasets-'));
  mnist = join(folder, 'mnist');
  await writeMnist(mnist, 60, 20);
});
afterAll(() => rm(folder, { recursive: true }));

describe('fsad datasets', () => {
  it('info gives classes, counts and what is missing as JSON, by --dataset or by its name alone', async () => {
    const run = await fsad('datasets', 'info', '--dataset', 'mnist', '--data', mnist, '--json');
    const info = JSON.parse(run.stdout) as DatasetSummary;
    expect([run.code, info.dataset, info.colour, info.images]).toEqual([0, 'mnist', 'grey', 80]);
    expect(info.classes[3]).toMatchObject({
      name: '3',
      training: 6,
      normalTest: 2,
      anomalousTest: 18,
      masks: 0,
    });
    expect(info.warnings).toContain('train: 60 of 60,000 images are present');
    const table = await fsad('datasets', 'info', 'mnist', '--data', mnist);
    expect(table.stdout).toMatch(/^class +training +drawable/m);
    expect(table.stdout).toContain('warning: test: 20 of 10,000 images are present');
  });

  it('list says size, licence and whether commercial use is forbidden', async () => {
    const { stdout } = await fsad('datasets', 'list', '--data-dir', folder);
    expect(stdout).toContain(`data directory: ${folder}`);
    expect(stdout).toMatch(/mnist \(there\)/);
    expect(stdout).toMatch(/CC BY-NC-SA 4.0, MVTec Software GmbH \(no commercial use\)/);
  });

  it('fetch takes an unpacked copy, says licence and size first, and names a wrong checksum', async () => {
    const run = await fsad(
      'datasets',
      'fetch',
      'cifar10',
      '--from',
      mnist,
      '--data-dir',
      join(folder, 'data'),
    );
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/licence: none stated[^]*cifar-10-binary.tar.gz is not there/);
    await writeFile(join(folder, 'wrong.tar.gz'), 'wrong');
    const wrong = await fsad(
      'datasets',
      'fetch',
      'cifar10',
      '--from',
      join(folder, 'wrong.tar.gz'),
      '--data-dir',
      join(folder, 'data'),
    );
    expect(wrong.stderr).toMatch(/expected c32a1d4ab5d03f1284b67883e8d87530, actual [0-9a-f]{32}/);
    const digits = await fsad(
      'datasets',
      'fetch',
      'mnist',
      '--from',
      mnist,
      '--data-dir',
      join(folder, 'data'),
    );
    expect(digits.stderr).toMatch(/train-images-idx3-ubyte.gz has the wrong md5: expected f68b3c2d/);
    const unpacked = join(folder, 'unpacked');
    await mkdir(unpacked);
    await writeFile(join(unpacked, 'test_batch.bin'), new Uint8Array(3073));
    const taken = await fsad(
      'datasets',
      'fetch',
      'cifar10',
      '--from',
      unpacked,
      '--data-dir',
      join(folder, 'data'),
      '--json',
    );
    expect(JSON.parse(taken.stdout)).toMatchObject({ fetched: [{ dataset: 'cifar10', already: false }] });
    expect(await readdir(join(folder, 'data', 'cifar-10-batches-bin'))).toEqual(['test_batch.bin']);
  });

  it('verify ends with 1 and names every problem of a partial copy', async () => {
    const run = await fsad('datasets', 'verify', 'mnist', '--data', mnist, '--json');
    const { problems, decoded } = JSON.parse(run.stdout) as Verification;
    expect([run.code, decoded]).toEqual([1, 80]);
    expect(problems).toContain('train: 60 of 60,000 images are present');
    expect(run.stderr).toMatch(/mnist is not whole: \d problems/);
  });

  it('split writes splits that can be read back', async () => {
    const out = join(folder, 'splits', 'mnist.json');
    const run = await fsad(
      'datasets',
      'split',
      'mnist',
      '--data',
      mnist,
      '--class',
      '3,4',
      '--shots',
      '1,2',
      '--trials',
      '2',
      '--out',
      out,
    );
    expect(run.code).toBe(0);
    const splits = decodeSplits(await readFile(out, 'utf8'), out);
    expect(splits.map((s) => [s.class, s.trial, s.shots])).toEqual(
      ['3', '4'].flatMap((name) => [0, 1].flatMap((trial) => [1, 2].map((shots) => [name, trial, shots]))),
    );
  });

  it('train takes a split back from such a file, for the same data only', async () => {
    const out = join(folder, 'back.json');
    await fsad(
      'datasets',
      'split',
      'mnist',
      '--data',
      mnist,
      '--class',
      '3',
      '--shots',
      '2',
      '--trials',
      '2',
      '--out',
      out,
    );
    const dataset = await openDataset('mnist', { path: mnist });
    const source = { dataset: 'mnist', path: mnist, options: {}, class: '3' } as const;
    const given = await splitOf(dataset, source, {
      split: 'hash',
      splitFile: out,
      shots: 2,
      trial: 1,
    });
    expect(given).toEqual(await drawSplit(dataset, { class: '3', shots: 2, trial: 1 }));
    const other = join(folder, 'other');
    await writeMnist(other, 20, 20);
    const smaller = await openDataset('mnist', { path: other });
    await expect(splitOf(smaller, source, { split: 'hash', splitFile: out, shots: 2 })).rejects.toThrow(
      /lacks training images of the split/,
    );
  });

  it('decode keeps pictures at one size, and skips and counts bad ones', async () => {
    const pictures = join(folder, 'pictures');
    await mkdir(pictures);
    const png = await encodePng({ width: 16, height: 16, channels: 1, data: new Uint8Array(256).fill(9) });
    for (const name of ['a.png', 'b.png']) await writeFile(join(pictures, name), png);
    await writeFile(join(pictures, 'c.png'), 'broken');
    const argv = [
      'datasets',
      'decode',
      '--folder',
      pictures,
      '--resolution',
      '8',
      '--data-dir',
      join(folder, 'kept'),
    ];
    const failed = await fsad(...argv);
    expect([failed.code, failed.stderr]).toEqual([2, expect.stringMatching(/c.png: not a picture/)]);
    const skipped = await fsad(...argv, '--on-bad-image', 'skip');
    expect(skipped.stdout).toContain('2 pictures at 8 x 8');
    expect(skipped.stderr).toMatch(/left out: .*c.png[^]*1 bad picture was left out/);
    expect(await readdir(join(folder, 'kept', '.decoded'))).toHaveLength(1);
  });

  it('train draws without bad pictures when skipping, and names them', async () => {
    const dataset = await openDataset('folder', { path: join(folder, 'pictures') });
    const source = {
      dataset: 'folder',
      path: join(folder, 'pictures'),
      options: {},
      class: 'normal',
    } as const;
    const said: string[] = [];
    const split = await splitOf(dataset, source, { split: 'hash', onBadImage: 'skip' }, (text) =>
      said.push(text),
    );
    expect(split.train.map(({ id }) => id)).toEqual(['a.png', 'b.png']);
    expect(said).toEqual([expect.stringMatching(/^left out \(1\): .*c.png/)]);
    await expect(splitOf(dataset, source, { split: 'hash', onBadImage: 'fail' })).rejects.toThrow(/c.png/);
  });

  it('show draws three sheets of the training images', async () => {
    const out = join(folder, 'show');
    const run = await fsad(
      'datasets',
      'show',
      'generated',
      '--class',
      'surface',
      '--shots',
      '2',
      '--out',
      out,
    );
    expect(
      run.stdout
        .trim()
        .split('\n')
        .map((line) => line.slice(out.length + 1)),
    ).toEqual(['equalisation.png', 'transformations.png', 'pyramid.png']);
    const sheet = await decodeImage(join(out, 'transformations.png'));
    // Nine columns and six rows of 128 pixels hold the 54 transformations.
    expect([sheet.width > 9 * 128, sheet.height > 6 * 128]).toEqual([true, true]);
  });

  it('show takes all training images there are where they are fewer than five', async () => {
    const pictures = join(folder, 'two');
    await mkdir(pictures);
    const pixels = { width: 16, height: 16, channels: 3, data: new Uint8Array(768).fill(90) } as const;
    for (const name of ['a.png', 'b.png']) await writeFile(join(pictures, name), await encodePng(pixels));
    const run = await fsad('datasets', 'show', '--folder', pictures, '--out', join(folder, 'shown'));
    expect(run.stderr).toBe('opened as rgb, as its first picture, a.png, is\n');
    expect(run.code).toBe(0);
    const grey = await fsad(
      ...['datasets', 'show', '--folder', pictures, '--out', join(folder, 'shown')],
      ...['--data-option', 'colour=grey'],
    );
    expect(grey.stderr).toBe('opened as grey, as the option colour=grey says\n');
  });

  it('says what to name when nothing, two things or something unknown is named', async () => {
    const nothing = await fsad('datasets', 'info');
    expect([nothing.code, nothing.stderr]).toEqual([
      2,
      expect.stringMatching(/which dataset\? One of mnist/),
    ]);
    const two = await fsad('datasets', 'info', 'mnist', '--folder', mnist);
    expect([two.code, two.stderr]).toEqual([2, expect.stringMatching(/exclude one another/)]);
    const unknown = await fsad('datasets', 'info', 'mnits');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/"mnits"/)]);
    await mkdir(join(folder, 'empty'));
    const empty = await fsad('datasets', 'info', 'mvtec', '--data', join(folder, 'empty'));
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringMatching(/holds no category of MVTec AD/)]);
    expect((await fsad('datasets')).stderr).toMatch(/what about datasets\?/);
  });
});
