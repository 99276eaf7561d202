import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { readRecords } from '@fsad/files';
import { eventSchema } from './event-schema.ts';
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

/** A record of a journal; `event` is undefined where it is damaged, or nothing that a journal holds. Offsets in bytes. */
export interface JournalRecord {
  readonly start: number;
  readonly end: number;
  readonly event: JournalEvent | undefined;
}

/**
 * The records of a journal that begin in `from .. to - 1`, in order, one in memory at a time.
 * @throws Error when it is the journal of another trial than its name says
 */
export function* readEvents(path: string, from = 0, to = Infinity): Generator<JournalRecord> {
  for (const { start, end, value } of readRecords(path, from, to)) {
    const event = value === undefined ? undefined : eventSchema.safeParse(value).data;
    if (event?.type === 'journal' && `${event.key}.journal` !== basename(path)) {
      throw new Error(
        `${path}: this is the journal of trial ${event.key}; give it its name back, or remove it`,
      );
    }
    yield { start, end, event };
  }
}

/**
 * Reads a journal once from `from`, giving each whole record to `visit` in order. A missing file reads as empty.
 * @throws Error when it is the journal of another trial
 */
export function scanJournal(
  path: string,
  visit: (event: JournalEvent, start: number, end: number) => void = () => {},
  from = 0,
): JournalScan {
  let end = from;
  let length = from;
  let committed = 0;
  const damaged: { start: number; end: number }[] = [];
  for (const record of existsSync(path) ? readEvents(path, from) : []) {
    const { event } = record;
    length = record.end;
    if (event === undefined) {
      damaged.push({ start: record.start, end: record.end });
      continue;
    }
    end = record.end;
    // A commit speaks of what stands before it; one that promises more is wrong.
    if (event.type === 'commit') committed = Math.max(committed, Math.min(event.offset, record.start));
    visit(event, record.start, record.end);
  }
  return { end, length, committed, damaged: damaged.filter((stretch) => stretch.start < end) };
}
