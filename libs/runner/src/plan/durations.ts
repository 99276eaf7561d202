import type { Cell } from '../store/index.ts';

/** Learns how long trials take, by kind: method, variant, dataset, shots and budget. */
export class Durations {
  readonly #kinds = new Map<string, { seconds: number; count: number }>();
  readonly #calibrated = new Map<string, number>();

  /** A trial that was done. */
  add(cell: Cell, seconds: number): void {
    const kind = this.#kinds.get(kindOf(cell)) ?? { seconds: 0, count: 0 };
    this.#kinds.set(kindOf(cell), { seconds: kind.seconds + seconds, count: kind.count + 1 });
  }

  /** What a calibration says; trials that were done say it better. */
  calibrate(cell: Cell, seconds: number): void {
    this.#calibrated.set(kindOf(cell), seconds);
  }

  /** Expected seconds of a trial, null where nothing like it was seen. */
  of(cell: Cell): number | null {
    const kind = this.#kinds.get(kindOf(cell));
    return kind ? kind.seconds / kind.count : (this.#calibrated.get(kindOf(cell)) ?? null);
  }

  /**
   * Expected seconds of many trials, one after the other; those of unknown kinds count as the mean of the known ones. Null when nothing is known of
   * any.
   */
  sum(counts: ReadonlyMap<string, { readonly cell: Cell; readonly count: number }>): number | null {
    let seconds = 0;
    let known = 0;
    let unknown = 0;
    for (const { cell, count } of counts.values()) {
      const one = this.of(cell);
      if (one === null) unknown += count;
      else {
        seconds += one * count;
        known += count;
      }
    }
    if (known === 0) return unknown === 0 ? 0 : null;
    return seconds + (unknown * seconds) / known;
  }
}

/** Trials of equal kind are expected to take equally long. */
export function kindOf({ detector, variant, dataset, shots, budget }: Cell): string {
  return `${detector}/${variant}/${dataset}/${shots}/${budget}`;
}

/** Counts trials by kind. */
export function countKinds(cells: Iterable<Cell>): Map<string, { cell: Cell; count: number }> {
  const counts = new Map<string, { cell: Cell; count: number }>();
  for (const cell of cells) {
    const kind = counts.get(kindOf(cell)) ?? { cell, count: 0 };
    kind.count++;
    counts.set(kindOf(cell), kind);
  }
  return counts;
}
