import { isUtf8 } from 'node:buffer';
import { readdirSync, statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { isMadeHere } from './made-here.ts';
import { isMaskFolder, isPictureName, isSystemName, isUnreadPictureName } from './picture-names.ts';
import { PassedOver } from './passed-over.ts';

/** A picture found on disk. */
export interface PictureFile {
  /** Its path below the folder that was walked, with forward slashes. */
  readonly id: string;
  /** Its path as the system takes it. */
  readonly path: string;
  /** Size; 0 for a link to nothing, which is listed so that whoever decodes it can name it. */
  readonly bytes: number;
  /** Changes when the file does, also at equal size: device, inode, size, times of change in nanoseconds. */
  readonly state: string;
}

export interface WalkOptions {
  /** Only what lies in the folder itself. Its sub-folders count as passed over, but for those named in `known`. */
  readonly flat?: boolean;
  /** Names of sub-folders that somebody else reads. */
  readonly known?: (name: string) => boolean;
  /** Names of other files to list beside the pictures. */
  readonly also?: (name: string) => boolean;
}

/**
 * The pictures in `root/below` and its sub-folders, in the order of their ids, and what was passed over. One rule for everything that reads folders:
 *
 * - links are followed, to files and to folders; a folder that was reached before is not read again, so loops end;
 * - hidden names, system folders, folders of masks (`ground_truth`), pictures this program drew, other files, and names that are not UTF-8 are
 *   passed over and counted;
 * - a link to nothing that is named like a picture counts as a picture, which cannot be decoded.
 *
 * @throws the file system's error for a folder that cannot be read; an absent one has no pictures.
 */
export function walkPictures(
  root: string,
  below = '',
  { flat = false, known = () => false, also = () => false }: WalkOptions = {},
): { pictures: PictureFile[]; others: PictureFile[]; passedOver: PassedOver } {
  const pictures: PictureFile[] = [];
  const others: PictureFile[] = [];
  const passedOver = new PassedOver();
  const visited = new Set<string>();
  const linkedFolders: string[] = [];

  const file = (id: string, path: string, found: BigIntStats | null): void => {
    const name = id.slice(id.lastIndexOf('/') + 1);
    const described = { id, path, bytes: Number(found?.size ?? 0n), state: stateOf(found) };
    if (also(name)) {
      others.push(described);
      return;
    }
    if (isUnreadPictureName(name)) return passedOver.add('unread', id);
    if (!isPictureName(name)) return passedOver.add('other', id);
    if (found && !found.isFile()) return passedOver.add('special', id);
    if (/\.png$/i.test(name) && isMadeHere(path)) return passedOver.add('drawn', id);
    pictures.push(described);
  };
  const visit = (id: string): void => {
    const folder = join(root, id);
    const entries = entriesOf(folder);
    if (!entries) return;
    const found = stateAt(folder);
    const place = `${found?.dev}:${found?.ino}`;
    if (visited.has(place)) return passedOver.add('again', id);
    visited.add(place);
    const folders: string[] = [];
    for (const { name, link } of entries.readable) {
      const inner = id === '' ? name : `${id}/${name}`;
      if (isSystemName(name)) {
        passedOver.add('hidden', inner);
        continue;
      }
      const path = join(folder, name);
      const target = stateAt(path);
      if (!target?.isDirectory()) file(inner, path, target);
      else if (flat) {
        if (!known(name)) passedOver.add('folder', inner);
      } else if (isMaskFolder(name)) passedOver.add('mask', inner, countPictures(path));
      else if (link) linkedFolders.push(inner);
      else folders.push(inner);
    }
    for (const name of entries.unreadable) passedOver.add('encoding', id === '' ? name : `${id}/${name}`);
    for (const inner of folders) visit(inner);
  };

  visit(below);
  // After all that has its place here, so that a picture goes by its own name and not by a link's.
  for (let next = linkedFolders.shift(); next !== undefined; next = linkedFolders.shift()) visit(next);
  for (const list of [pictures, others]) list.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { pictures, others, passedOver };
}

/** Names of the folders directly in `root/below` (links followed), in order, without hidden and system ones; none where it is absent. */
export function listFolders(root: string, below = ''): string[] {
  const folder = join(root, below);
  return (entriesOf(folder)?.readable ?? [])
    .filter(({ name }) => !isSystemName(name) && stateAt(join(folder, name))?.isDirectory())
    .map(({ name }) => name);
}

/** A single file, as {@link walkPictures} describes it. @throws the file system's error when it is absent. */
export function pictureFile(path: string, id = path): PictureFile {
  const found = statSync(path, { bigint: true });
  return { id, path, bytes: Number(found.size), state: stateOf(found) };
}

function stateOf(found: BigIntStats | null): string {
  return found ? [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':') : 'absent';
}

function stateAt(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return null;
  }
}

function countPictures(folder: string): number {
  return walkPictures(folder).pictures.length;
}

interface Entries {
  readonly readable: readonly { readonly name: string; readonly link: boolean }[];
  /** Names that are not UTF-8, as they can be shown. */
  readonly unreadable: readonly string[];
}

/** Entries of a folder in name order; null where there is no folder. */
function entriesOf(folder: string): Entries | null {
  try {
    const entries = readdirSync(folder, { withFileTypes: true, encoding: 'buffer' });
    const named = entries.map((entry) => ({
      name: entry.name.toString(),
      whole: isUtf8(entry.name),
      link: entry.isSymbolicLink(),
    }));
    return {
      readable: named.filter(({ whole }) => whole).sort((a, b) => (a.name < b.name ? -1 : 1)),
      unreadable: named.filter(({ whole }) => !whole).map(({ name }) => name),
    };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
