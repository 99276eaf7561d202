import type { WatchedPicture } from './table.ts';

interface Line {
  readonly picture: string;
  /** The file this line is known to be of; null for a line of an earlier watch that no file was matched with yet. */
  file: string | null;
}

/** Which files have a line already: by name and bytes, and a file that was moved by its bytes alone. */
export class Known {
  readonly #byDigest = new Map<string, Line[]>();

  constructor(before: readonly Pick<WatchedPicture, 'picture' | 'sha256'>[]) {
    for (const { picture, sha256 } of before) this.#add(sha256, { picture, file: null });
  }

  /**
   * Whether a file has its line: one of the same bytes that has its name, or whose own file is no longer there, which then was moved or renamed.
   * Two files of the same bytes that are both there are two pictures.
   * @param present whether a name is in the folder
   */
  has(file: string, sha256: string, present: (name: string) => boolean): boolean {
    const lines = this.#byDigest.get(sha256) ?? [];
    const line =
      lines.find((one) => one.file === file) ??
      lines.find((one) => one.file === null && one.picture === file) ??
      lines.find((one) => !present(one.file ?? one.picture));
    if (line) line.file = file;
    return line !== undefined;
  }

  add(file: string, sha256: string): void {
    this.#add(sha256, { picture: file, file });
  }

  #add(sha256: string, line: Line): void {
    const lines = this.#byDigest.get(sha256);
    if (lines) lines.push(line);
    else this.#byDigest.set(sha256, [line]);
  }
}
