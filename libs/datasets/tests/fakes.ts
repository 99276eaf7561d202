import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { encodePng, type Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';
import { afterAll } from 'vitest';

/** A folder that is removed when the test file ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fsad-datasets-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function noise(name: string, width: number, height: number, channels: 1 | 3): Image {
  const random = randomStream(0, name);
  return {
    width,
    height,
    channels,
    data: Uint8Array.from({ length: width * height * channels }, () => random.integer(256)),
  };
}

export async function writeAt(root: string, path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

export async function writePng(root: string, path: string, channels: 1 | 3 = 3, side = 8): Promise<void> {
  await writeAt(root, path, await encodePng(noise(path, side, side, channels)));
}

export function idx(shape: number[], body: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x800 + shape.length, 0);
  shape.forEach((side, i) => header.writeUInt32BE(side, 4 + 4 * i));
  return Buffer.concat([header, body]);
}

/** MNIST's four files with `train` and `test` pictures; record i has label i mod 10 and every pixel i. */
export async function fakeMnist(
  root: string,
  { train = 200, test = 30, gzip = true, side = 4 } = {},
): Promise<string> {
  for (const [prefix, count] of Object.entries({ train, t10k: test })) {
    const pixels = Uint8Array.from({ length: count * side * side }, (_, i) => Math.floor(i / (side * side)));
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    const files = { 'images-idx3': idx([count, side, side], pixels), 'labels-idx1': idx([count], labels) };
    for (const [name, bytes] of Object.entries(files)) {
      await writeAt(root, `${prefix}-${name}-ubyte${gzip ? '.gz' : ''}`, gzip ? gzipSync(bytes) : bytes);
    }
  }
  return root;
}

/** CIFAR-10 batches of `count` records; record i of a batch has label i mod 10, red plane i, green batch, blue plane 7. */
export async function fakeCifar(root: string, batches: string[], count = 40): Promise<string> {
  for (const [batch, file] of batches.entries()) {
    const record = (i: number): number[] => [
      i % 10,
      ...[i, batch, 7].flatMap((value) => Array<number>(1024).fill(value)),
    ];
    await writeAt(root, file, Uint8Array.from(Array.from({ length: count }, (_, i) => record(i)).flat()));
  }
  return root;
}

/** A category in MVTec AD's layout: 4 training, 2 good, 2 of each defect with masks. */
export async function fakeMvtec(root: string, categories: string[], channels: 1 | 3 = 3): Promise<string> {
  for (const category of categories) {
    for (let i = 0; i < 4; i++) await writePng(root, `${category}/train/good/00${i}.png`, channels);
    for (const kind of ['good', 'bent', 'glue']) {
      for (let i = 0; i < 2; i++) {
        await writePng(root, `${category}/test/${kind}/00${i}.png`, channels);
        if (kind !== 'good') await writeMask(root, `${category}/ground_truth/${kind}/00${i}_mask.png`);
      }
    }
  }
  return root;
}

/** A mask that is 255 in the upper left quarter. */
export async function writeMask(root: string, path: string, side = 8): Promise<void> {
  const data = Uint8Array.from({ length: side * side }, (_, i) =>
    i % side < side / 2 && i < (side * side) / 2 ? 255 : 0,
  );
  await writeAt(root, path, await encodePng({ width: side, height: side, channels: 1, data }));
}

export async function fakeJpeg(name: string): Promise<Uint8Array> {
  const { data } = noise(name, 8, 8, 3);
  return sharp(data, { raw: { width: 8, height: 8, channels: 3 } })
    .jpeg()
    .toBuffer();
}

/** Paris as its archives unpack: a folder a landmark, lists in `paris_120310`; `ok` maps a landmark to the names its lists hold. */
export async function fakeParis(
  root: string,
  names: string[],
  ok: Record<string, string[]>,
): Promise<string> {
  for (const name of names)
    await writeAt(root, `paris/${name.split('_')[1]}/${name}.jpg`, await fakeJpeg(name));
  for (const [landmark, listed] of Object.entries(ok)) {
    for (let query = 1; query <= 5; query++) {
      await writeAt(
        root,
        `paris_120310/${landmark}_${query}_ok.txt`,
        listed.map((name) => `${name}\n`).join(''),
      );
    }
  }
  return root;
}
