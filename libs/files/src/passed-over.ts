/** Why a reader of folders leaves something out, in words for one and for several; those whose names are said may have been meant to be read. */
const reasons = {
  hidden: { one: 'hidden or system name', several: 'hidden or system names', named: false },
  unread: {
    one: 'picture of a kind that is not read',
    several: 'pictures of a kind that is not read',
    named: true,
  },
  drawn: { one: 'picture drawn by fsad', several: 'pictures drawn by fsad', named: false },
  mask: { one: 'mask', several: 'masks', named: false },
  folder: { one: 'sub-folder', several: 'sub-folders', named: true },
  again: { one: 'folder reached by a second way', several: 'folders reached by a second way', named: true },
  encoding: { one: 'name that is not UTF-8', several: 'names that are not UTF-8', named: true },
  special: { one: 'thing that is no file', several: 'things that are no files', named: true },
  other: { one: 'file that is no picture', several: 'files that are no pictures', named: false },
} as const;

export type Reason = keyof typeof reasons;

const namesSaid = 3;

/** What a reader of folders left out: counted by reason, with the first few names. */
export class PassedOver {
  readonly #found = new Map<Reason, { count: number; readonly first: string[] }>();

  add(reason: Reason, name: string, count = 1): void {
    if (count > 0) this.#enter(reason, count, [name]);
  }

  count(reason: Reason): number {
    return this.#found.get(reason)?.count ?? 0;
  }

  /** Takes over what another reader left out. */
  merge(other: PassedOver): this {
    for (const [reason, { count, first }] of other.#found) this.#enter(reason, count, first);
    return this;
  }

  /** `passed over: 2 hidden or system names, 1 picture of a kind that is not read (c.HEIC)`; null when nothing was. */
  inWords(): string | null {
    const parts = (Object.keys(reasons) as Reason[]).flatMap((reason) => {
      const found = this.#found.get(reason);
      if (!found) return [];
      const { one, several, named } = reasons[reason];
      const more = found.count > found.first.length ? ', …' : '';
      return [
        `${found.count} ${found.count === 1 ? one : several}${named ? ` (${found.first.join(', ')}${more})` : ''}`,
      ];
    });
    return parts.length === 0 ? null : `passed over: ${parts.join(', ')}`;
  }

  #enter(reason: Reason, count: number, names: readonly string[]): void {
    const entry = this.#found.get(reason) ?? { count: 0, first: [] };
    entry.count += count;
    entry.first.push(...names.slice(0, namesSaid - entry.first.length));
    this.#found.set(reason, entry);
  }
}
