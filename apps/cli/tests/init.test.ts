import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBeginning } from 'fsad/beginnings';
import { fsad } from './fsad.ts';

const program = resolve(import.meta.dirname, '../bin/fsad.mjs');

/** Outside of the repository, without a package.json or node_modules. */
const folder = mkdtempSync(join(tmpdir(), 'fsad-init-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a process of its own: what is under test is how Node finds modules. */
function run(file: string): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [program, 'run', file, '--threads', '1'], { cwd: folder });
}

describe('files of people’s own, outside of the repository', () => {
  beforeAll(async () => {
    await writeBeginning('detector', 'brightness', folder);
  });

  it('the detector and the experiment of fsad init run as they are written', async () => {
    const { stdout, stderr } = await run('brightness-experiment.ts');
    expect(stdout).toContain('3 of 3 trials done');
    expect(stderr).toMatch(/done .*brightness full: AUROC [\d.]+ %/);
  }, 120_000);

  it('an experiment imports TypeScript of its own, by the name that compilers want', async () => {
    writeFileSync(
      join(folder, 'shots.ts'),
      'enum Shots { few = 1 }\nexport const shots: readonly number[] = [Shots.few];\n',
    );
    const text = readFileSync(join(folder, 'brightness-experiment.ts'), 'utf8')
      .replace("from 'fsad';", "from 'fsad';\nimport { shots } from './shots.js';")
      .replace('shots: [1, 5]', 'shots');
    writeFileSync(join(folder, 'other.ts'), text);
    expect((await run('other.ts')).stdout).toContain('3 of 3 trials done');
  }, 60_000);
});

describe('a detector given by its path', () => {
  const method = (name: string): string =>
    `const none = () => undefined;\nexport const method = { name: '${name}', create: none, load: none, parseConfig: none };`;
  const experiment = {
    name: 'mine',
    title: '',
    datasets: [{ name: 'generated', classes: ['part'] }],
    shots: [1],
    trials: 1,
    methods: [{ detector: './mine.ts', variant: 'full', preset: 'smoke' }],
    budgets: { paper: {}, reduced: {}, smoke: {} },
  };

  it.each([
    ['none', 'export const method = 3;', [], 'no detector; it needs a line "export const method'],
    ['method-of-that-name', method('htdg'), [], 'there is another method "htdg"'],
    ['unfit-name', method('Two Words'), [], 'takes small letters, digits, dots and hyphens'],
    [
      'on-a-queue',
      method('mine'),
      ['--queue', 'redis://127.0.0.1:1'],
      'which the workers of --queue do not have',
    ],
  ])('is refused: %s', async (name, text, options, message) => {
    const place = join(folder, name);
    mkdirSync(place);
    writeFileSync(join(place, 'mine.ts'), text);
    writeFileSync(join(place, 'experiment.ts'), `export default ${JSON.stringify(experiment)};`);
    const { code, stderr } = await fsad('run', join(place, 'experiment.ts'), ...options);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe('fsad init', () => {
  const home = process.cwd();
  beforeAll(() => process.chdir(folder));
  afterAll(() => process.chdir(home));

  it('says what it wrote and how to run it', async () => {
    const { code, stdout } = await fsad('init', 'experiment', 'textures');
    expect(stdout).toBe('textures.ts written; next:\nfsad run textures.ts\n');
    expect(code).toBe(0);
  });

  it('writes over no file', async () => {
    const { code, stderr } = await fsad('init', 'detector', 'brightness');
    expect(stderr).toContain('brightness.ts is there already');
    expect(code).toBe(2);
  });
});
