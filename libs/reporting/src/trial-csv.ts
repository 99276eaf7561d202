import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { csvCell, replaceFile } from '@fsad/files';
import type { TrialSummary } from '@fsad/runner';
import { stringify } from 'csv-stringify';
import { trialColumns, trialRow } from './experiment-tables.ts';

/** A CSV of trials that is written as they pass, however many they are. */
export interface TrialCsv {
  /** Adds a row; waits while the disk is behind. @throws what writing the file threw. */
  add(summary: TrialSummary): Promise<void>;
  /** Ends the file and puts it in place. */
  close(): Promise<void>;
  /** Drops what was written; an earlier file stays. */
  abandon(): Promise<void>;
}

/** Begins the CSV of trials at `path`. */
export function openTrialCsv(path: string): TrialCsv {
  const rows = stringify({ header: true, columns: [...trialColumns], cast: { string: csvCell } });
  const written = replaceFile(path, (temporary) => pipeline(rows, createWriteStream(temporary)));
  // Its failure is met by `add` or `close`, whichever comes next.
  written.catch(() => undefined);
  return {
    async add(summary) {
      if (!rows.write(trialRow(summary))) await Promise.race([once(rows, 'drain'), written]);
    },
    async close() {
      rows.end();
      await written;
    },
    async abandon() {
      rows.destroy(new Error('the report was abandoned'));
      await written.catch(() => undefined);
    },
  };
}
