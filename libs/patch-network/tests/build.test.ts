import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const LIBRARY = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/** A compiler of a few lines: notes each call, and writes what it is asked for unless told to fail. */
const COMPILER = `#!${process.execPath}
const { appendFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
if (args[0] === '--version') console.log('pretend cc 1.0');
else {
  appendFileSync(__dirname + '/calls', args.join(' ') + '\\n');
  if (args.some((arg) => (process.env.PRETEND_TO_FAIL ?? ' ').split(',').includes(arg))) {
    console.error('pretend cc: cannot');
    process.exit(1);
  }
  writeFileSync(args[args.indexOf('-o') + 1], 'product');
}
`;

describe('the build of the native kernels', () => {
  let folder: string;
  let compiler: string;
  beforeEach(() => {
    mkdirSync(join(LIBRARY, 'build'), { recursive: true });
    folder = mkdtempSync(join(LIBRARY, 'build', 'test-'));
    for (const name of ['scripts', 'native'])
      cpSync(join(LIBRARY, name), join(folder, name), { recursive: true });
    mkdirSync(join(folder, 'build'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
    compiler = join(folder, 'cc');
    writeFileSync(compiler, COMPILER, { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const buildNative = async (
    environment: Record<string, string>,
  ): Promise<{ detail: string; fresh: boolean }> => {
    const script = `import { buildNative } from './scripts/build-native.mjs'; console.log(JSON.stringify(await buildNative()))`;
    const options = { cwd: folder, env: { PATH: join(folder, 'empty'), ...environment } };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], options);
    return JSON.parse(stdout) as { detail: string; fresh: boolean };
  };
  const calls = (): string[] =>
    existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [];
  const product = (): string => join(folder, 'build', 'native.node');

  test('without a compiler says so and what to do, and leaves no product', async () => {
    writeFileSync(product(), 'of an earlier build');
    const { detail } = await buildNative({});
    expect(detail).toMatch(/no C compiler found.*install one and run npm run postinstall/);
    expect(existsSync(product())).toBe(false);
    expect(readFileSync(join(folder, 'build', 'native.json'), 'utf8')).toContain('no C compiler found');
  });

  test('compiles once, and again only when a source has changed', async () => {
    expect(await buildNative({ CC: compiler })).toEqual({
      detail: 'compiled by pretend cc 1.0',
      fresh: true,
    });
    const first = calls().length;
    expect(await buildNative({ CC: compiler })).toEqual({
      detail: 'compiled by pretend cc 1.0',
      fresh: false,
    });
    expect(calls()).toHaveLength(first);
    writeFileSync(join(folder, 'native', 'core.c'), 'int changed;');
    expect((await buildNative({ CC: compiler })).fresh).toBe(true);
    expect(calls()).toHaveLength(2 * first);
  });

  test('an instruction set the compiler does not know is left out', async () => {
    if (process.arch !== 'x64') return;
    const { detail } = await buildNative({ CC: compiler, PRETEND_TO_FAIL: '-mavx512f' });
    expect(detail).toBe('compiled by pretend cc 1.0, which does not know avx512');
    expect(calls().at(-1)).toContain('-DHAVE_AVX2 -DHAVE_BASELINE');
    expect(calls().at(-1)).not.toContain('HAVE_AVX512');
  });

  test('a compiler that fails is reported with its message', async () => {
    const { detail } = await buildNative({ CC: compiler, PRETEND_TO_FAIL: '-shared' });
    expect(detail).toBe('not available, pretend cc 1.0 failed: pretend cc: cannot');
    expect(existsSync(product())).toBe(false);
  });

  test('two builds at once both succeed', async () => {
    const results = await Promise.all([1, 2].map(() => buildNative({ CC: compiler })));
    expect(results.map(({ detail }) => detail)).toEqual(Array(2).fill('compiled by pretend cc 1.0'));
    expect(readFileSync(product(), 'utf8')).toBe('product');
  });
});
