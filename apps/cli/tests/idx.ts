import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Writes a tiny dataset in MNIST's layout: bars whose slant is their class. */
export async function writeMnist(folder: string, train: number, test: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    const pixels = new Uint8Array(count * 784);
    for (let i = 0; i < count; i++) drawBar(pixels.subarray(i * 784, (i + 1) * 784), labels[i], i);
    await writeFile(join(folder, `${name}-images-idx3-ubyte.gz`), gzipSync(idx([count, 28, 28], pixels)));
    await writeFile(join(folder, `${name}-labels-idx1-ubyte.gz`), gzipSync(idx([count], labels)));
  }
}

function drawBar(pixels: Uint8Array, label: number, number: number): void {
  const angle = (label * Math.PI) / 10;
  for (let y = 0; y < 28; y++) {
    for (let x = 0; x < 28; x++) {
      const across = (x - 14 + (number % 3)) * Math.cos(angle) + (y - 14) * Math.sin(angle);
      if (Math.abs(across) < 3) pixels[y * 28 + x] = 255 - 40 * Math.abs(across);
    }
  }
}

function idx(shape: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  shape.forEach((side, i) => header.writeUInt32BE(side, 4 + 4 * i));
  return Buffer.concat([header, data]);
}
