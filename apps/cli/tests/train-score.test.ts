import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireLock } from '@fsad/files';
import { encodePng, type Image } from '@fsad/images';
import { methods } from '@fsad/runner';
import { fsad } from './fsad.ts';
import { writeMnist } from './idx.ts';

const SMALL = [
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
let data: string[];
let model: string;
/** Makes `model`. */
let training: string[];
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-cli-'));
  await writeMnist(at('mnist'), 60, 40);
  data = ['--dataset', 'mnist', '--data', at('mnist')];
  model = at('model');
  training = ['train', ...data, '--class', '3', '--images', '0', ...SMALL, '--seed', '1', '--out', model];
  const run = await fsad(...training);
  expect(run.stderr).toContain('the model is in');
  expect(run.code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('fsad train', () => {
  it('writes configuration, scales, split, log and pictures', () => {
    const files = [
      'config.json',
      'scale-0.safetensors',
      'scale-1.safetensors',
      'split.json',
      'log.csv',
      'scales.png',
      'losses.png',
    ];
    expect(files.filter((name) => !existsSync(join(model, name)))).toEqual([]);
  });

  it('into a folder that another process trains into is refused, and touches nothing', async () => {
    const lock = acquireLock(at('.busy.lock'), 'Training into busy');
    try {
      const refused = await fsad(...training.slice(0, -1), at('busy'));
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/Training into busy by process \d+ on this machine is under way/);
      expect(existsSync(at('busy'))).toBe(false);
    } finally {
      lock.release();
    }
  });

  it('and fsad demo, too, leave a folder alone that another process trains into', async () => {
    const lock = acquireLock(at('.part.lock'), 'Training into part');
    try {
      const refused = await fsad('demo', '--out', at());
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/Training into part by process \d+ on this machine is under way/);
      expect(existsSync(at('part'))).toBe(false);
    } finally {
      lock.release();
    }
  });

  it.each([
    [['--folder', 'p', '--trial', '2'], '--trial has no effect where the pictures are not drawn'],
    [['--folder', 'p', '--split', 'consecutive'], '--split has no effect'],
    [['--folder', 'p', '--data', 'x'], '--data has no effect with --folder'],
    [
      ['--dataset', 'mnist', '--class', '3', '--data', 'x', '--data-dir', 'y'],
      '--data-dir has no effect with --data',
    ],
    [['--folder', 'p', '--seed', '1e20'], '--seed takes a whole number up to 2^52'],
  ])('refuses %s', async (options, problem) => {
    await cp(new URL('../../../docs/demo.png', import.meta.url), at('p', 'a.png'));
    const named = options.map((word) => (word === 'p' ? at('p') : word));
    const { code, stderr } = await fsad('train', ...named, '--out', at('unused'));
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
    expect(existsSync(at('unused'))).toBe(false);
  });

  it('refuses a folder that holds a model, unless told to continue it', async () => {
    const refused = await fsad(...training);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/holds a model already; --resume/);
    const before = await readFile(join(model, 'scale-1.safetensors'));
    expect((await fsad(...training, '--resume')).code).toBe(0);
    expect(await readFile(join(model, 'scale-1.safetensors'))).toEqual(before);
  });

  it('goes on by --resume alone, which takes no word about what or how', async () => {
    const done = await fsad('train', '--resume', '--out', model);
    expect(done.stderr).toContain('nothing is left to do');
    expect(done.code).toBe(0);
    const refused = await fsad('train', '--resume', '--out', model, '--iterations', '3');
    expect(refused.stderr).toContain('--iterations has no effect with --resume alone');
    const nothing = await fsad('train', '--resume', '--out', at('nothing'));
    expect(nothing.stderr).toContain('nothing holds no training, so that there is nothing to continue');
    expect([refused.code, nothing.code]).toEqual([2, 2]);
  });

  it('by --resume makes the calibration that an end before it left out', async () => {
    const out = at('calibrated');
    const options = ['--dataset', 'generated', '--class', 'part', '--calibrate', ...SMALL, '--seed', '7'];
    expect((await fsad('train', ...options, '--out', out)).code).toBe(0);
    const made = await readFile(join(out, 'calibration.json'));
    await rm(join(out, 'calibration.json'));
    const again = await fsad('train', '--resume', '--out', out);
    expect(again.code).toBe(0);
    expect(again.stderr).not.toContain('scale 1 of 2');
    expect(await readFile(join(out, 'calibration.json'))).toEqual(made);
  });

  it('does not overwrite a training with another one on --resume, and says what differs', async () => {
    const before = await readFile(join(model, 'config.json'));
    const refused = await fsad(...training, '--resume', '--set', 'training.learningRate=0.01');
    expect(refused.stderr).toMatch(/other settings \(training.learningRate: 0.0005 is now 0.01\)/);
    expect(refused.code).toBe(2);
    expect(await readFile(join(model, 'config.json'))).toEqual(before);
  });

  it.each([
    ['an unknown class', ['--class', 'x'], /no class "x"; its classes are 0, 1/],
    ['more shots than the class has', ['--class', '3', '--shots', '50'], /50 were asked for/],
    ['an index outside the class', ['--class', '3', '--images', '600'], /there is no image 600/],
    ['indices that are no numbers', ['--class', '3', '--images', 'first'], /--images takes indices/],
    [
      'indices and shots together',
      ['--class', '3', '--images', '0', '--shots', '2'],
      /--images and --shots exclude one another/,
    ],
    [
      'an unknown configuration key',
      ['--class', '3', '--set', 'training.iteration=2'],
      /no configuration key "training.iteration"/,
    ],
    ['an ill-typed value', ['--class', '3', '--set', 'training.learningRate=fast'], /training\.learningRate/],
    ['no class', [], /--class is needed/],
    [
      'an unknown option',
      ['--class', '3', '--itterations', '5'],
      /Unknown argument: itterations\. Did you mean "iterations"\?/,
    ],
    ['a dataset that is nearly one', ['--class', '3', '--dataset', 'mnits'], /Did you mean "mnist"\?/],
    [
      'a configuration key without its group',
      ['--class', '3', '--set', 'learningRate=1'],
      /Did you mean "training\.learningRate"\?/,
    ],
    ['a value that is nearly one', ['--class', '3', '--set', 'fakeClass=frist'], /Did you mean "first"\?/],
  ])('%s is wrong usage', async (_, options, message) => {
    const run = await fsad('train', ...data, ...SMALL, ...options, '--out', at('unused'));
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(2);
    expect(existsSync(at('unused'))).toBe(false);
  });

  it('learns every picture of a folder, and names the one that cannot be read', async () => {
    const pictures = at('pictures');
    await writePictures(pictures, [grain(40, 0), grain(40, 1)]);
    const run = await fsad('train', '--folder', pictures, ...SMALL, '--out', at('mine'));
    expect(run.stderr).toContain('2 training images');
    expect(run.code).toBe(0);
    await writeFile(join(pictures, 'broken.png'), 'not a picture');
    const broken = await fsad('train', '--folder', pictures, ...SMALL, '--out', at('unused'));
    expect(broken.stderr).toContain('broken.png');
    expect(broken.code).toBe(2);
  });

  it('refuses grey and RGB pictures together', async () => {
    const pictures = at('mixed');
    await writePictures(pictures, [
      grain(40, 0),
      { ...grain(40, 1), channels: 1, data: new Uint8Array(1600) },
    ]);
    const run = await fsad('train', '--folder', pictures, ...SMALL, '--out', at('unused'));
    expect(run.stderr).toMatch(/grey.*in colour|in colour.*grey/);
    expect(run.code).toBe(2);
  });

  it('refuses a picture smaller than the receptive field', async () => {
    const pictures = at('tiny');
    await writePictures(pictures, [grain(10, 0)]);
    const run = await fsad('train', '--folder', pictures, ...SMALL, '--out', at('tiny-model'));
    expect(run.stderr).toMatch(/0\.png: 10 x 10 pixels, the method needs 11 x 11/);
    expect(run.code).toBe(2);
  });
});

describe('fsad score', () => {
  it('gives AUROC with its interval, per scale and per fraction, as one JSON object', async () => {
    const run = await fsad('score', model, ...data, '--limit', '30', '--json');
    const result = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(result).toMatchObject({ images: 30, class: '3', fraction: 1 });
    expect(result.interval).toHaveLength(2);
    expect(result.perScale).toHaveLength(2);
    expect(Object.keys(result.fractions as object)).toContain('0.05');
    expect(result.auroc).toBeGreaterThanOrEqual(0);
    expect(run.code).toBe(0);
  });

  it('writes one CSV line a picture; without a calibration the raw score, and says so', async () => {
    const pictures = at('new');
    await writePictures(pictures, [grain(40, 2), grain(50, 3)]);
    const run = await fsad('score', model, pictures);
    expect(run.stdout.trim().split('\n')).toHaveLength(3);
    expect(run.stdout).toMatch(/^picture,raw\n/);
    expect(run.stderr).toMatch(/does not know what good pictures score.*fsad calibrate .* --good DIR/);
    expect((await fsad('score', model, pictures, '--raw')).stdout).toMatch(/^picture,raw,scale\/0/);
    expect((await fsad('score', model, pictures, '--fail-on-defect')).code).toBe(2);
  });

  it('names a picture that is too small by its file, or leaves it out', async () => {
    const pictures = at('some-tiny');
    await writePictures(pictures, [...Array(5).fill(grain(40, 2)), grain(9, 3)]);
    const run = await fsad('score', model, pictures);
    expect(run.stderr).toMatch(/5\.png: 9 x 9 pixels, the method needs 11 x 11/);
    expect(run.code).toBe(2);
    const skipped = await fsad('score', model, pictures, '--on-bad-image', 'skip');
    expect(skipped.stdout.trim().split('\n')).toHaveLength(6);
    expect(skipped.stderr).toContain('1 bad picture was left out');
  });

  it('of a folder without anomalous pictures gives scores instead of AUROC, leaving out what was learned', async () => {
    const good = at('good');
    await writePictures(good, [grain(40, 6), grain(40, 7), grain(40, 8)]);
    await fsad('train', '--folder', good, '--shots', '1', ...SMALL, '--out', at('one'));
    const run = await fsad('score', at('one'), '--folder', good);
    expect(run.stderr).toContain('no AUROC: all 2 test images, all of them normal');
    expect(run.stdout).toMatch(/^image,kind,anomalous,score/);
    expect(run.code).toBe(0);
    // Another folder's pictures of the same names are others.
    await writePictures(at('other'), [grain(40, 9), grain(40, 10), grain(40, 11)]);
    const other = await fsad('score', at('one'), '--folder', at('other'), '--json');
    expect((JSON.parse(other.stdout) as { pictures: unknown[] }).pictures).toHaveLength(3);
  });

  it('says which file of a model is missing or truncated', async () => {
    const copy = at('copy');
    await cp(model, copy, { recursive: true });
    await truncate(join(copy, 'scale-1.safetensors'), 900);
    const truncated = await fsad('score', copy, ...data);
    expect(truncated).toMatchObject({ code: 2 });
    expect(truncated.stderr).toMatch(/scale-1\.safetensors: truncated/);
    await rm(join(copy, 'scale-1.safetensors'));
    const missing = await fsad('score', copy, ...data);
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toMatch(/scale-1\.safetensors: missing/);
    expect(await fsad('score', at('nowhere'))).toMatchObject({ code: 2 });
  });
});

describe('fsad localize and generate', () => {
  it('localize writes an overlay a picture and a page of them, most anomalous first', async () => {
    const pictures = at('look');
    await writePictures(pictures, [grain(40, 4), grain(40, 5)]);
    const run = await fsad('localize', model, pictures, '--out', at('maps'));
    const scores = run.stdout
      .trim()
      .split('\n')
      .map((line) => Number(line.split('\t')[0]));
    expect(scores).toHaveLength(2);
    expect(scores[0]).toBeGreaterThanOrEqual(scores[1]);
    expect(
      ['0.png', '1.png', 'originals/0.png', 'index.html'].every((name) => existsSync(at('maps', name))),
    ).toBe(true);
  });

  it('generate writes a contact sheet', async () => {
    expect((await fsad('generate', model, '--count', '2', '--out', at('samples.png'))).code).toBe(0);
    expect((await readFile(at('samples.png'))).subarray(1, 4).toString()).toBe('PNG');
  });
});

describe('every method', () => {
  const names = Object.keys(methods).filter((name) => name !== 'differnet' && name !== 'geom-on-samples');
  const withMaps = [
    'htdg',
    'patch-svdd',
    'nearest-pixel',
    'patchcore',
    'differnet-random',
    'differnet-lite0',
  ];
  it.each(names)('%s is trained, scores, and localises or says that it does not', async (name) => {
    const [good, looked, out] = [at('good-ones'), at('looked'), at(`model-${name}`)];
    // One: a calibration that fits again without some takes as long as several trainings.
    await writePictures(good, [grain(40, 1)]);
    await writePictures(looked, [grain(40, 3)]);
    const trained = await fsad(
      'train',
      '--method',
      name,
      '--preset',
      'smoke',
      '--folder',
      good,
      '--out',
      out,
    );
    expect(trained).toMatchObject({ code: 0, stdout: '' });
    expect(trained.stderr).toContain(`${name}, preset smoke`);
    expect(existsSync(join(out, 'checkpoints'))).toBe(false);
    const scored = await fsad('score', out, looked);
    expect(scored.code).toBe(0);
    expect(scored.stdout).toMatch(/^picture,score[^\n]*\n[^\n]*0\.png,-?[\d.]+/);
    const { code, stderr } = await fsad('localize', out, looked, '--out', at(`maps-${name}`));
    if (withMaps.includes(name)) expect(code).toBe(0);
    else expect([code, stderr]).toEqual([2, expect.stringContaining(`a model of ${name}, which says how`)]);
  });

  it('without a generator says that it draws no pictures', async () => {
    const run = await fsad('generate', at('model-pixel-mse'), '--out', at('none.png'));
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('a model of pixel-mse without a generator: it draws no pictures');
  });

  it('takes its own default preset, names those it has, and refuses the settings of another', async () => {
    const train = (...more: string[]) =>
      fsad('train', '--method', 'pixel-mse', '--folder', at('good-ones'), ...more);
    expect((await train('--out', at('floor'))).stderr).toContain(
      'pixel-mse, preset few-shot; no engine needed',
    );
    expect((await train('--out', at('unused'), '--preset', 'fast')).stderr).toContain(
      'pixel-mse has no preset "fast"; there are official, few-shot, smoke, mismatched',
    );
    expect((await train('--out', at('unused'), '--iterations', '3')).stderr).toContain(
      'pixel-mse has no --iterations; --set changes size, form',
    );
    const unknown = await fsad(
      'train',
      '--method',
      'gome',
      '--folder',
      at('good-ones'),
      '--out',
      at('unused'),
    );
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no method "gome"; there are htdg'),
    });
    expect(existsSync(at('unused'))).toBe(false);
  });

  it('that fails before it has learned anything leaves no folder', async () => {
    const run = await fsad(
      'train',
      '--method',
      'differnet',
      '--set',
      'featureWeights=none',
      '--folder',
      at('good-ones'),
      '--out',
      at('unused'),
    );
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('no AlexNet weights there');
    expect(existsSync(at('unused'))).toBe(false);
  });
});

describe('fsad', () => {
  it('suggests the command that was meant', async () => {
    const run = await fsad('trian');
    expect(run.stderr).toMatch(/Did you mean train\?/);
    expect(run.code).toBe(2);
  });

  it.each([
    [['--outt', 'x'], 'Missing required argument: --out; there is no option --outt. Did you mean "out"?'],
    [['--o', 'x'], 'Missing required argument: --out; there is no option --o\n'],
    [['--progress=plain', '--no-resume'], 'Missing required argument: --out\n'],
  ])('a slip in an option that is needed is named: %j', async (options, message) => {
    const run = await fsad('train', '--folder', at('none'), ...options);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining(message) as string });
  });

  it.each([
    [['score'], 'fsad: give the model: fsad score MODEL [PICTURES..]\n'],
    [['localize'], 'fsad: give the model and the pictures: fsad localize MODEL PICTURES..\n'],
    [['localize', 'm', '--out', 'x'], 'fsad: give the pictures: fsad localize MODEL PICTURES..\n'],
    [['init', 'detector'], 'fsad: give the name: fsad init KIND NAME\n'],
    [['datasets', 'fetch'], 'fsad: give the dataset: fsad datasets fetch DATASET..\n'],
    [['report'], 'fsad: Missing required arguments: --store, --out\n'],
  ])('what is missing of %j is named as it is defined', async (words, stderr) => {
    expect(await fsad(...words)).toMatchObject({ code: 2, stderr });
  });

  it('explains every command with an example', async () => {
    for (const verb of ['train', 'score', 'localize', 'generate', 'verify', 'doctor', 'demo', 'datasets']) {
      const run = await fsad(verb, '--help');
      expect(run.stdout, verb).toContain('Examples:');
    }
  });

  it('tells a folder without fixtures from a good one', async () => {
    const run = await fsad('verify', folder);
    expect(run.stderr).toMatch(/no fixture/);
    expect(run.code).toBe(2);
  });
});

function grain(side: number, seed: number): Image {
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i++) data[i] = 100 + ((i * 37 + seed * 101 + ((i >> 5) % 7) * 11) % 90);
  return { width: side, height: side, channels: 3, data };
}

async function writePictures(directory: string, images: readonly Image[]): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(directory, { recursive: true });
  for (const [i, image] of images.entries())
    await writeFile(join(directory, `${i}.png`), await encodePng(image));
}
