import { existsSync } from 'node:fs';
import { readRecords } from '@fsad/files';
import type { JournalEvent } from './events.ts';

/** What a journal on disk holds, and what is wrong with it. Offsets and lengths in bytes. */
export interface JournalScan {
  /** End of the last whole record; what follows is torn. */
  readonly end: number;
  readonly length: number;
  /** Everything before is final. */
  readonly committed: number;
  /** Damaged stretches between whole records; they are skipped. */
  readonly damaged: readonly { readonly start: number; readonly end: number }[];
}

/** Reads a journal once from `from`, giving each whole record to `visit` in order. A missing file reads as empty. */
export function scanJournal(
  path: string,
  visit: (event: JournalEvent, start: number, end: number) => void = () => {},
  from = 0,
): JournalScan {
  let end = from;
  let length = from;
  let committed = 0;
  const damaged: { start: number; end: number }[] = [];
  for (const record of existsSync(path) ? readRecords(path, from) : []) {
    length = record.end;
    if (record.value === undefined) {
      damaged.push({ start: record.start, end: record.end });
      continue;
    }
    const event = record.value as JournalEvent;
    end = record.end;
    if (event.type === 'commit') committed = Math.max(committed, event.offset);
    visit(event, record.start, record.end);
  }
  return { end, length, committed, damaged: damaged.filter((stretch) => stretch.start < end) };
}
