import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const HEADER = 4096;

/**
 * A file of equally large slots of bytes, each with a checksum, filled in any order by any number of processes.
 *
 * Layout: a header of 4,096 bytes (`meta` as JSON, padded with spaces), a little-endian CRC-32 for each slot (0: empty),
 * the slots. A slot counts only when its checksum fits, so a torn write reads as an empty slot and nothing else.
 */
export class SlotFile {
  readonly #handle: FileHandle;
  readonly #checksums: Buffer;
  readonly #slotBytes: number;

  private constructor(handle: FileHandle, checksums: Buffer, slotBytes: number) {
    this.#handle = handle;
    this.#checksums = checksums;
    this.#slotBytes = slotBytes;
  }

  /** Opens the file, or replaces it by an empty one where it is absent or was made for other `meta` or another size. */
  static async open(path: string, meta: unknown, slots: number, slotBytes: number): Promise<SlotFile> {
    const header = Buffer.alloc(HEADER, ' ');
    if (header.write(JSON.stringify(meta)) >= HEADER)
      throw new RangeError('the description of a slot file is too long');
    const size = HEADER + slots * (4 + slotBytes);
    const handle = (await openFitting(path, header, size)) ?? (await create(path, header, size));
    const checksums = Buffer.alloc(slots * 4);
    await handle.read(checksums, 0, checksums.length, HEADER);
    return new SlotFile(handle, checksums, slotBytes);
  }

  /** Number of slots that hold something. */
  filled(): number {
    let count = 0;
    for (let slot = 0; slot < this.#checksums.length / 4; slot++) if (this.has(slot)) count++;
    return count;
  }

  has(slot: number): boolean {
    return this.#checksums.readUInt32LE(slot * 4) !== 0;
  }

  /** The slot's bytes; null where it is empty or damaged. */
  async read(slot: number): Promise<Uint8Array | null> {
    // Another process may have filled it since.
    if (!this.has(slot)) await this.#handle.read(this.#checksums, slot * 4, 4, HEADER + slot * 4);
    const expected = this.#checksums.readUInt32LE(slot * 4);
    if (expected === 0) return null;
    const bytes = new Uint8Array(this.#slotBytes);
    await this.#handle.read(bytes, 0, bytes.length, this.#offset(slot));
    if (checksum(bytes) === expected) return bytes;
    this.#checksums.writeUInt32LE(0, slot * 4);
    return null;
  }

  async write(slot: number, bytes: Uint8Array): Promise<void> {
    if (bytes.length !== this.#slotBytes)
      throw new RangeError(`a slot has ${this.#slotBytes} bytes, got ${bytes.length}`);
    await this.#handle.write(bytes, 0, bytes.length, this.#offset(slot));
    this.#checksums.writeUInt32LE(checksum(bytes), slot * 4);
    await this.#handle.write(this.#checksums, slot * 4, 4, HEADER + slot * 4);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #offset(slot: number): number {
    return HEADER + this.#checksums.length + slot * this.#slotBytes;
  }
}

/** Never 0, which means empty. */
function checksum(bytes: Uint8Array): number {
  return crc32(bytes) || 1;
}

async function openFitting(path: string, header: Buffer, size: number): Promise<FileHandle | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const found = Buffer.alloc(HEADER);
  await handle.read(found, 0, HEADER, 0);
  if (found.equals(header) && (await handle.stat()).size === size) return handle;
  await handle.close();
  return null;
}

async function create(path: string, header: Buffer, size: number): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx+');
  try {
    await handle.write(header, 0, HEADER, 0);
    await handle.truncate(size);
    await handle.sync();
    await rename(temporary, path);
    return handle;
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
}
