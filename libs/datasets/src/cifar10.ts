import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Image } from '@fsad/images';
import type { Dataset } from './dataset.ts';
import { digestOfLines } from './digest.ts';
import { DatasetError } from './errors.ts';
import { firstFolderWith, sizeOfFile } from './folders.ts';
import { labelledDataset, type LabelledPart } from './labelled.ts';
import { count } from './words.ts';

/** Class names in label order, as in `batches.meta.txt`. */
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const SIDE = 32;
const PLANE = SIDE * SIDE;
const RECORD = 1 + 3 * PLANE;
const BATCH = 10_000;
const TRAIN_FILES = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`);
const TEST_FILES = ['test_batch.bin'];

/**
 * Opens CIFAR-10's binary version (`data_batch_1.bin` to `_5`, `test_batch.bin`) in `path` or in `cifar-10-batches-bin`
 * below it. Ids count through the five batches, so they do not move when a batch is absent.
 * @throws DatasetError for the Python version, with the address of the binary one, and for a damaged batch.
 */
export async function openCifar10(path: string): Promise<Dataset> {
  const folder = await firstFolderWith(
    [path, join(path, 'cifar-10-batches-bin')],
    [...TRAIN_FILES, ...TEST_FILES],
  );
  if (!folder) throw await notBinary(path);
  const train = await openBatches(folder, TRAIN_FILES);
  const test = await openBatches(folder, TEST_FILES);
  return labelledDataset({
    name: 'cifar10',
    classes: CLASSES,
    colour: 'rgb',
    fingerprint: digestOfLines([...train.digests, ...test.digests]),
    warnings: [...train.warnings, ...test.warnings],
    train,
    test,
    async close() {
      await train.close();
      await test.close();
    },
  });
}

interface Batches extends LabelledPart {
  readonly digests: string[];
  readonly warnings: string[];
  close(): Promise<void>;
}

async function openBatches(folder: string, files: readonly string[]): Promise<Batches> {
  const labels = new Int8Array(files.length * BATCH).fill(-1);
  const handles: (FileHandle | undefined)[] = [];
  const digests: string[] = [];
  const warnings: string[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(handles.splice(0).map(async (handle) => handle?.close()));
  };
  try {
    for (const [batch, file] of files.entries()) {
      const found = await readLabels(join(folder, file));
      if (!found) {
        warnings.push(`${file} is absent`);
        continue;
      }
      if (found.labels.length !== BATCH) {
        warnings.push(`${file}: ${count(found.labels.length)} of ${count(BATCH)} images are present`);
      }
      labels.set(found.labels, batch * BATCH);
      digests.push(`${file} ${found.sha256}`);
      handles[batch] = await open(join(folder, file));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    labels,
    digests,
    warnings,
    close,
    async read(index) {
      const record = Buffer.alloc(RECORD);
      const handle = handles[Math.floor(index / BATCH)];
      if (!handle) throw new DatasetError('the dataset is closed');
      const { bytesRead } = await handle.read(record, 0, RECORD, (index % BATCH) * RECORD);
      if (bytesRead !== RECORD)
        throw new DatasetError(`${files[Math.floor(index / BATCH)]} was cut short since it was opened`);
      return fromPlanes(record.subarray(1));
    },
  };
}

/** Labels and SHA-256 of a batch, read through once without keeping it; null where the file is absent. */
async function readLabels(file: string): Promise<{ labels: number[]; sha256: string } | null> {
  if ((await sizeOfFile(file, BATCH * RECORD)) === null) return null;
  const labels: number[] = [];
  const hash = createHash('sha256');
  let offset = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      while (labels.length * RECORD < offset + chunk.length)
        labels.push(chunk[labels.length * RECORD - offset]);
      offset += chunk.length;
    }
  } catch (error) {
    throw new DatasetError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (offset % RECORD !== 0 || labels.length > BATCH) {
    throw new DatasetError(
      `${file} has ${offset} bytes, not a whole number of ${RECORD}-byte records up to ${BATCH}; fetch it again`,
    );
  }
  const wrong = labels.findIndex((label) => label > 9);
  if (wrong >= 0)
    throw new DatasetError(`${file}: record ${wrong} has label ${labels[wrong]}, expected 0 to 9`);
  return { labels, sha256: hash.digest('hex') };
}

/** Turns a red, a green and a blue plane into pixels. */
function fromPlanes(planes: Uint8Array): Image {
  const data = new Uint8Array(3 * PLANE);
  for (let i = 0; i < PLANE; i++) for (let c = 0; c < 3; c++) data[3 * i + c] = planes[c * PLANE + i];
  return { width: SIDE, height: SIDE, channels: 3, data };
}

async function notBinary(path: string): Promise<DatasetError> {
  const names = await readdir(path).catch(() => [] as string[]);
  if (
    basename(path).includes('batches-py') ||
    names.some((name) => /^(data_batch_\d|cifar-10-batches-py)$/.test(name))
  ) {
    return new DatasetError(
      `${path} is CIFAR-10's Python version; the binary version is needed: https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz`,
    );
  }
  return new DatasetError(
    `${path} holds no CIFAR-10: data_batch_1.bin to data_batch_5.bin and test_batch.bin are expected there`,
  );
}
