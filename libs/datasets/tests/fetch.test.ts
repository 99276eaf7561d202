import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import {
  DatasetError,
  fetchDataset,
  openDataset,
  SOURCES,
  verifyDataset,
  type DatasetSource,
} from '../src/index.ts';
import { fakeCifar, fakeMnist, temporaryFolder, writeAt, writeMask, writePng } from './fakes.ts';

const root = await temporaryFolder();
let served = 0;
const files = new Map<string, { bytes: Buffer; delay: number }>();
const server = createServer((request, response) => {
  const file = files.get(request.url ?? '');
  served++;
  if (!file) return response.writeHead(404).end();
  response.writeHead(200, { 'content-length': file.bytes.length });
  response.write(file.bytes.subarray(0, 100));
  return setTimeout(() => response.end(file.bytes.subarray(100)), file.delay);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => new Promise((resolve) => server.close(resolve)));

function offer(name: string, bytes: Buffer, delay = 0) {
  files.set(`/${name}`, { bytes, delay });
  const value = createHash('md5').update(bytes).digest('hex');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`;
  return { name, bytes: bytes.length, checksum: { algorithm: 'md5' as const, value }, addresses: [address] };
}

/** CIFAR-10 in the official archive's layout, with all six batches of a few records. */
async function cifarArchive(): Promise<Buffer> {
  const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`).concat('test_batch.bin');
  const folder = await fakeCifar(join(root, 'cifar-files'), names);
  const tar = pack();
  for (const name of names)
    tar.entry({ name: `cifar-10-batches-bin/${name}` }, await readFile(join(folder, name)));
  tar.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of tar) pieces.push(piece as Buffer);
  return gzipSync(Buffer.concat(pieces));
}

const archive = await cifarArchive();
const cifar = (delay = 0): DatasetSource => ({
  ...SOURCES.cifar10,
  files: [offer('cifar-10-binary.tar.gz', archive, delay)],
});
const mnistFolder = await fakeMnist(join(root, 'mnist-files'));
const mnist: DatasetSource = {
  ...SOURCES.mnist,
  files: await Promise.all(
    SOURCES.mnist.files.map(async ({ name }) => offer(name, await readFile(join(mnistFolder, name)))),
  ),
};
let folders = 0;
const newDataDir = (): string => join(root, `data-${++folders}`);

describe('fetching', () => {
  it('downloads, unpacks and puts the dataset where it is looked for, leaving nothing else', async () => {
    const dataDir = newDataDir();
    const phases = new Set<string>();
    const fetched = await fetchDataset({
      name: 'cifar10',
      dataDir,
      source: cifar(),
      onProgress: ({ phase }) => phases.add(phase),
    });
    expect(fetched).toMatchObject({ path: join(dataDir, 'cifar-10-batches-bin'), already: false });
    expect(fetched.warnings).toContain('data_batch_1.bin: 40 of 10,000 images are present');
    expect((await readdir(fetched.path)).length).toBe(6);
    expect([...phases]).toEqual(['download', 'check', 'unpack']);
    expect(await readdir(dataDir)).toEqual(expect.arrayContaining(['cifar-10-batches-bin']));
    expect(await readdir(join(dataDir, '.fetch'))).toEqual([]);
  });

  it('keeps the idx files of MNIST as they are', async () => {
    const dataDir = newDataDir();
    const { path } = await fetchDataset({ name: 'mnist', dataDir, source: mnist });
    const dataset = await openDataset('mnist', { path });
    expect((await dataset.image('train/00042')).data[0]).toBe(42);
    expect(await readdir(path)).toHaveLength(4);
  });

  it('takes a local archive, a folder of files, or the unpacked dataset without the network', async () => {
    await writeFile(join(root, 'local.tar.gz'), archive);
    const before = served;
    const dead = (source: DatasetSource): DatasetSource => ({
      ...source,
      files: source.files.map((file) => ({ ...file, addresses: [] })),
    });
    const fromArchive = await fetchDataset({
      name: 'cifar10',
      dataDir: newDataDir(),
      source: dead(cifar()),
      from: join(root, 'local.tar.gz'),
    });
    const fromFolder = await fetchDataset({
      name: 'cifar10',
      dataDir: newDataDir(),
      source: dead(cifar()),
      from: join(root, 'cifar-files'),
    });
    expect(await readdir(fromFolder.path)).toEqual(await readdir(fromArchive.path));
    await mkdir(join(root, 'archives'));
    await writeFile(join(root, 'archives', 'cifar-10-binary.tar.gz'), archive);
    const fromArchives = await fetchDataset({
      name: 'cifar10',
      dataDir: newDataDir(),
      source: dead(cifar()),
      from: join(root, 'archives'),
    });
    expect(await readdir(fromArchives.path)).toEqual(await readdir(fromArchive.path));
    const idx = await fetchDataset({
      name: 'mnist',
      dataDir: newDataDir(),
      source: dead(mnist),
      from: mnistFolder,
    });
    expect(await readdir(idx.path)).toHaveLength(4);
    expect(served).toBe(before);
  });

  it('copies no link out of a local folder', async () => {
    const from = await fakeCifar(join(root, 'linked'), ['test_batch.bin']);
    await symlink('/etc/hostname', join(from, 'link'));
    const { path } = await fetchDataset({ name: 'cifar10', dataDir: newDataDir(), source: cifar(), from });
    expect(await readdir(path)).toEqual(['test_batch.bin']);
  });

  it('refuses a local archive with the wrong checksum, naming both, and a folder that lacks a file', async () => {
    await writeFile(join(root, 'wrong.tar.gz'), gzipSync('wrong'));
    const wrong = fetchDataset({
      name: 'cifar10',
      dataDir: newDataDir(),
      source: cifar(),
      from: join(root, 'wrong.tar.gz'),
    });
    await expect(wrong).rejects.toThrow(
      new RegExp(`expected ${cifar().files[0].checksum!.value}, actual [0-9a-f]{32}`),
    );
    await mkdir(join(root, 'nothing'));
    const lacking = fetchDataset({
      name: 'mnist',
      dataDir: newDataDir(),
      source: mnist,
      from: join(root, 'nothing'),
    });
    await expect(lacking).rejects.toThrow(/train-images-idx3-ubyte.gz is not there; needed are/);
    await expect(
      fetchDataset({ name: 'mnist', dataDir: newDataDir(), from: join(root, 'nowhere') }),
    ).rejects.toThrow(/no such file or folder/);
  });

  it('ends a dead address in the steps to do it by hand', async () => {
    const source = {
      ...cifar(),
      files: [{ ...cifar().files[0], addresses: [cifar().files[0].addresses[0].replace('cifar', 'gone')] }],
    };
    const error = await fetchDataset({ name: 'cifar10', dataDir: newDataDir(), source }).catch(
      (caught: Error) => caught,
    );
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toContain('404');
    expect((error as Error).message).toContain(
      'download cifar-10-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html',
    );
    expect((error as Error).message).toContain(
      'fsad datasets fetch cifar10 --from path/to/cifar-10-binary.tar.gz',
    );
  });

  it('changes nothing where something else lies', async () => {
    const dataDir = newDataDir();
    const path = await fakeCifar(join(dataDir, 'cifar-10-batches-bin'), ['test_batch.bin']);
    const again = fetchDataset({ name: 'cifar10', dataDir, source: cifar() });
    await expect(again).rejects.toThrow(
      /is there but not whole \(data_batch_1.bin is absent.*Nothing was changed/,
    );
    expect(await readdir(path)).toEqual(['test_batch.bin']);
  });

  it('leaves no half-made dataset when the archive is not the dataset', async () => {
    const dataDir = newDataDir();
    const tar = pack();
    tar.entry({ name: 'something/else.txt' }, 'hello');
    tar.finalize();
    const pieces: Buffer[] = [];
    for await (const piece of tar) pieces.push(piece as Buffer);
    const source = { ...cifar(), files: [offer('other.tar.gz', gzipSync(Buffer.concat(pieces)))] };
    await expect(fetchDataset({ name: 'cifar10', dataDir, source })).rejects.toThrow(/holds no CIFAR-10/);
    expect(await readdir(dataDir)).toEqual(['.fetch']);
  });
});

describe('two processes', () => {
  const script = new URL('./fetch-process.ts', import.meta.url).pathname;
  const run = (dataDir: string, source: DatasetSource) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', script, dataDir, JSON.stringify(source)]);

  it('that fetch at once download once and both find the dataset', async () => {
    const dataDir = newDataDir();
    const before = served;
    // Whole copies only are taken as they are; the fake has warnings, so the second one says that it is not whole.
    const ends = await Promise.allSettled([run(dataDir, cifar(1500)), run(dataDir, cifar(1500))]);
    expect(served - before).toBe(1);
    const outputs = ends.map((end) =>
      end.status === 'fulfilled' ? end.value.stdout : String((end.reason as Error).message),
    );
    expect(outputs.filter((output) => output === '{"already":false}')).toHaveLength(1);
    expect(outputs.filter((output) => /is there but not whole/.test(output))).toHaveLength(1);
    const dataset = await openDataset('cifar10', { path: join(dataDir, 'cifar-10-batches-bin') });
    expect(dataset.ids()).toHaveLength(240);
    await dataset.close();
  });

  it('one of them killed: the next takes over its lock and finishes', async () => {
    const dataDir = newDataDir();
    const child = spawn(process.execPath, [
      '--import',
      'tsx',
      script,
      dataDir,
      JSON.stringify(cifar(60_000)),
    ]);
    await new Promise((resolve) => child.stderr.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await readdir(join(dataDir, '.fetch'))).toContain('cifar-10-batches-bin.lock');
    const { already } = await fetchDataset({ name: 'cifar10', dataDir, source: cifar() });
    expect(already).toBe(false);
    expect(await readdir(join(dataDir, '.fetch'))).toEqual([]);
  });

  it('a lock of another machine counts until it has not been refreshed for a minute', async () => {
    const dataDir = newDataDir();
    const lock = join(dataDir, '.fetch', 'mnist.lock');
    await mkdir(join(dataDir, '.fetch'), { recursive: true });
    await writeFile(lock, JSON.stringify({ pid: process.pid, host: `not-${hostname()}`, token: 'x' }));
    const notes: string[] = [];
    const stop = new AbortController();
    const waiting = fetchDataset({
      name: 'mnist',
      dataDir,
      source: mnist,
      signal: stop.signal,
      onNote: (note) => {
        notes.push(note);
        stop.abort(new Error('waited'));
      },
    });
    await expect(waiting).rejects.toThrow();
    expect(notes[0]).toMatch(/process \d+ on not-.* is fetching mnist; waiting for it/);
    await utimes(lock, new Date(), new Date(Date.now() - 120_000));
    await expect(fetchDataset({ name: 'mnist', dataDir, source: mnist })).resolves.toMatchObject({
      already: false,
    });
  });
});

describe('verifying', () => {
  it('finds missing parts, wrong checksums and pictures that cannot be decoded', async () => {
    const path = await fakeMnist(join(root, 'verify'));
    const found = await verifyDataset('mnist', { path });
    expect(found.checksums).toBe(4);
    expect(found.decoded).toBe(230);
    expect(found.problems.filter((problem) => /wrong md5: expected/.test(problem))).toHaveLength(4);
    expect(found.problems).toContain('train: 200 of 60,000 images are present');
    const folder = join(root, 'verify-folder');
    await writePng(folder, 'good/a.png');
    await writeAt(folder, 'good/b.png', 'broken');
    await writePng(folder, 'test/crack/c.png');
    await writeMask(folder, 'ground_truth/crack/c.png', 6);
    const { problems } = await verifyDataset('folder', { path: folder });
    expect(problems).toEqual([
      expect.stringMatching(/b.png: not a picture/),
      'test/crack/c.png is 8 x 8, its mask 6 x 6',
    ]);
    await rm(join(folder, 'good/b.png'));
    await writeMask(folder, 'ground_truth/crack/c.png');
    expect((await verifyDataset('folder', { path: folder })).problems).toEqual([]);
  });
});
