import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { DatasetError } from '../src/index.ts';
import { unpack } from '../src/fetch/unpack.ts';
import { temporaryFolder } from './fakes.ts';

const root = await temporaryFolder();
const most = { bytes: 1000, files: 5 };

async function tar(entries: [header: Partial<Header> & { name: string }, body?: string][]): Promise<Buffer> {
  const stream = pack();
  for (const [header, body] of entries) stream.entry(header as Header, body ?? '');
  stream.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

let count = 0;
async function unpackBytes(bytes: Uint8Array, limits = most): Promise<string> {
  const folder = join(root, String(++count));
  await mkdir(folder);
  await writeFile(`${folder}.archive`, bytes);
  await unpack(`${folder}.archive`, folder, { most: limits });
  return folder;
}

const good = await tar([
  [{ name: 'a/', type: 'directory' }],
  [{ name: './a/b.txt' }, 'hello'],
  [{ name: 'c/d/e.txt' }, 'deep'],
]);
/** `xz -9` of a tar with one file `x.txt` holding `xz\n`. */
const XZ_FIXTURE =
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AGNdADwLiofEDvKXpPh1PcWp7dmXqh77YD6hbq6DhLBO25g3Nmwm3lb5sOSgkyrgHJCRFquTRbojPJ96a/Jeot+51eMU3Rb5O8A9NZx7fKhqnDCVuN08Ve3yKsVHm9X81PW4T8mKAAAABLwXKujmjVQAAX+AUAAAAPnUykOxxGf7AgAAAAAEWVo=';

describe('unpacking', () => {
  it('writes the files of a plain, a gzip and an xz archive', async () => {
    for (const bytes of [good, gzipSync(good)]) {
      const folder = await unpackBytes(bytes);
      expect(await readFile(join(folder, 'a/b.txt'), 'utf8')).toBe('hello');
      expect(await readFile(join(folder, 'c/d/e.txt'), 'utf8')).toBe('deep');
    }
    expect(await readFile(join(await unpackBytes(Buffer.from(XZ_FIXTURE, 'base64')), 'x.txt'), 'utf8')).toBe(
      'xz\n',
    );
  });

  it('reports how much of the archive was read', async () => {
    await writeFile(join(root, 'p'), good);
    await mkdir(join(root, 'p-tree'));
    const seen: [number, number][] = [];
    await unpack(join(root, 'p'), join(root, 'p-tree'), {
      most,
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(seen.at(-1)).toEqual([good.length, good.length]);
  });

  const refuse = async (
    entries: [Partial<Header> & { name: string }, string?][],
    reason: RegExp,
  ): Promise<void> => {
    const error = await unpackBytes(gzipSync(await tar(entries))).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toMatch(reason);
  };

  it('refuses paths that leave the folder', async () => {
    for (const name of ['../evil', 'a/../../evil', '/etc/evil', 'C:/evil', 'a\\..\\evil']) {
      await refuse([[{ name }, 'x']], /path that leaves its folder/);
    }
    expect(await readdir(root)).not.toContain('evil');
  });

  it('refuses links and devices', async () => {
    await refuse([[{ name: 'l', type: 'symlink', linkname: '/etc' }]], /holds a symlink \(l\)/);
    await refuse([[{ name: 'l', type: 'link', linkname: 'a' }]], /holds a link/);
    await refuse([[{ name: 'd', type: 'character-device' }]], /holds a character-device/);
  });

  it('refuses more bytes or entries than the dataset can have', async () => {
    await refuse([[{ name: 'big' }, 'x'.repeat(1001)]], /unpacks to more than 1,000 bytes/);
    const many = Array.from({ length: 6 }, (_, i): [{ name: string }] => [{ name: `f${i}` }]);
    await refuse(many, /more than 5 entries/);
  });

  it('refuses a header that promises an absurd size before reading it, and a stream that never ends', async () => {
    const lie = await tar([[{ name: 'a' }, 'x']]);
    lie.write('77777777777\0', 124, 'latin1');
    lie.write('        ', 148, 'latin1');
    const sum = lie.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    lie.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    await expect(unpackBytes(gzipSync(lie))).rejects.toThrow(/unpacks to more than 1,000 bytes/);
    await expect(unpackBytes(gzipSync(Buffer.alloc(1 << 20)))).rejects.toThrow(
      /unpacks to more than 21,480 bytes/,
    );
  });

  it('names an archive that is cut short or is none', async () => {
    const noise = Buffer.from(Array.from({ length: 900 }, (_, i) => (i * 7919) % 251));
    const packed = gzipSync(await tar([[{ name: 'a' }, noise.toString('latin1').slice(0, 600)]]));
    await expect(unpackBytes(packed.subarray(0, packed.length - 60))).rejects.toThrow(/\.archive is damaged/);
    await expect(unpackBytes(Buffer.from(XZ_FIXTURE, 'base64').subarray(0, 100))).rejects.toThrow(
      /\.archive is damaged/,
    );
    await expect(unpackBytes(Buffer.from('<html>this is not an archive</html>'.repeat(40)))).rejects.toThrow(
      /\.archive is damaged/,
    );
  });

  it('refuses a file that comes twice', async () => {
    const twice = await tar([
      [{ name: 'a' }, '1'],
      [{ name: 'a' }, '2'],
    ]);
    await expect(unpackBytes(twice)).rejects.toThrow(/EEXIST/);
    expect((await stat(join(root, String(count), 'a'))).size).toBe(1);
  });
});
