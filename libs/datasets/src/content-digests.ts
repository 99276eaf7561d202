import { hash, createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeRecord, pictureFile, readRecords, replaceFileSync, type PictureFile } from '@fsad/files';
import { z } from 'zod';
import { dataDirectory } from './data-path.ts';

/** Times of change are no finer than this everywhere: a file younger than it may change again and look the same. */
const settledMs = 2000;

const recordSchema = z.tuple([z.string(), z.string(), z.string().regex(/^[0-9a-f]{64}$/)]);

/**
 * SHA-256 of files' contents, remembered from one opening to the next in `.digests` of the data directory. What is remembered counts only while the
 * file has the same device, inode, size and times of change to the nanosecond. The memory may be deleted at any time, and where it cannot be written,
 * files are read again next time.
 */
export class ContentDigests {
  readonly #file: string;
  readonly #known = new Map<string, { readonly state: string; readonly digest: string }>();
  #loaded = false;

  readonly #now: () => number;

  /** @param root the dataset's folder, which names the memory. */
  constructor(root: string, directory = join(dataDirectory(), '.digests'), now: () => number = Date.now) {
    this.#now = now;
    this.#file = join(directory, `${hash('sha256', realPath(root)).slice(0, 16)}.records`);
  }

  /** Digests in the order of `files`; `absent` or `unreadable` stands for a file that cannot be read. */
  of(files: readonly PictureFile[]): string[] {
    if (!this.#loaded) this.#load();
    let learned = false;
    const digests = files.map((file) => {
      const known = this.#known.get(file.id);
      if (known?.state === file.state) return known.digest;
      const { digest, settled } = digestOf(file, this.#now());
      if (settled) {
        this.#known.set(file.id, { state: file.state, digest });
        learned = true;
      }
      return digest;
    });
    if (learned) this.#save();
    return digests;
  }

  /** One line a file: its name and the digest of its content. */
  lines(files: readonly PictureFile[]): string[] {
    const digests = this.of(files);
    return files.map(({ id }, i) => `${id} ${digests[i]}`);
  }

  #load(): void {
    this.#loaded = true;
    try {
      for (const { value } of existsSync(this.#file) ? readRecords(this.#file) : []) {
        const record = recordSchema.safeParse(value);
        if (record.success)
          this.#known.set(record.data[0], { state: record.data[1], digest: record.data[2] });
      }
    } catch {
      // Unreadable memory is no memory.
    }
  }

  #save(): void {
    const records = [...this.#known].map(([id, { state, digest }]) => encodeRecord([id, state, digest]));
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      replaceFileSync(this.#file, Buffer.concat(records));
    } catch {
      // A read-only or full place: the files are read again next time.
    }
  }
}

/** The digest, and whether a file that looks the same later has the same content. */
function digestOf(file: PictureFile, began: number): { digest: string; settled: boolean } {
  try {
    const digest = sha256OfFile(file.path);
    const { mtimeMs, ctimeMs } = statSync(file.path);
    const unchanged = pictureFile(file.path).state === file.state;
    return { digest, settled: unchanged && began - Math.max(mtimeMs, ctimeMs) > settledMs };
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { digest: absent ? 'absent' : 'unreadable', settled: false };
  }
}

const block = Buffer.allocUnsafe(1 << 20);

function sha256OfFile(path: string): string {
  const file = openSync(path, 'r');
  try {
    const first = readSync(file, block);
    if (first < block.length) return hash('sha256', block.subarray(0, first));
    const sum = createHash('sha256').update(block);
    for (let count = readSync(file, block); count > 0; count = readSync(file, block))
      sum.update(block.subarray(0, count));
    return sum.digest('hex');
  } finally {
    closeSync(file);
  }
}

function realPath(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}
