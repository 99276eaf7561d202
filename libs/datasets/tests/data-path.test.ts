import { expect, it } from 'vitest';
import { dataDirectory, resolveDataPath } from '../src/index.ts';

const at = { env: {}, platform: 'linux', home: '/home/ann' } as const;

it('--data FOLDER is the dataset whatever it is called', () => {
  expect(resolveDataPath('mnist', { ...at, data: 'some/where' })).toBe('some/where');
  expect(resolveDataPath('folder', { ...at, data: ['some/where'] })).toBe('some/where');
});

it('--data name=FOLDER is for that dataset only, and wins over a plain one', () => {
  const data = ['mnist=a', 'cifar10=b=c', 'd'];
  expect(resolveDataPath('mnist', { ...at, data })).toBe('a');
  expect(resolveDataPath('cifar10', { ...at, data })).toBe('b=c');
  expect(resolveDataPath('paris', { ...at, data })).toBe('d');
  expect(resolveDataPath('mvtec', { ...at, data: 'mnist=a' })).toBe('/home/ann/.cache/fsad/data/mvtec');
});

it('a path with an equals sign that names no dataset is a path', () => {
  expect(resolveDataPath('mnist', { ...at, data: 'run=3/mnist' })).toBe('run=3/mnist');
});

it('without --data: --data-dir, FSAD_DATA_DIR, then the cache directory of the platform', () => {
  const env = { FSAD_DATA_DIR: '/from/env', XDG_CACHE_HOME: '/xdg', LOCALAPPDATA: '/local' };
  expect(resolveDataPath('cifar10', { ...at, dataDir: '~/sets', env })).toBe(
    '/home/ann/sets/cifar-10-batches-bin',
  );
  expect(resolveDataPath('cifar10', { ...at, env })).toBe('/from/env/cifar-10-batches-bin');
  expect(dataDirectory({ ...at, env: { XDG_CACHE_HOME: '/xdg' } })).toBe('/xdg/fsad/data');
  expect(dataDirectory({ ...at, platform: 'darwin' })).toBe('/home/ann/Library/Caches/fsad/data');
  expect(dataDirectory({ ...at, platform: 'win32', env: { LOCALAPPDATA: '/local' } })).toBe(
    '/local/fsad/data',
  );
});

it("generated needs no folder, a folder of one's own needs one, and two for one dataset are refused", () => {
  expect(resolveDataPath('generated', at)).toBeNull();
  expect(() => resolveDataPath('folder', at)).toThrow(/--folder PATH/);
  expect(() => resolveDataPath('mnist', { ...at, data: ['mnist=a', 'mnist=b'] })).toThrow(
    /two folders for mnist: a and b/,
  );
});
