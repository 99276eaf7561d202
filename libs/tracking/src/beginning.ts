import { existsSync } from 'node:fs';
import { readEvents } from './journal-file.ts';
import { Replay, type TrialState } from './replay.ts';

/** When a trial began, in milliseconds since 1970, and in which cells. */
export type Beginning = Pick<TrialState, 'startedAt' | 'cells'>;

/**
 * How a trial began, by the first records of its journal, committed or not. Nothing for a journal that is gone, damaged where it begins, or another
 * trial's: why is said when it is told. A cell that it was put in later is not seen.
 */
export function beginningOf(path: string): Beginning {
  const replay = new Replay();
  try {
    for (const { start, event } of existsSync(path) ? readEvents(path) : []) {
      if (!event || !['journal', 'started', 'cell'].includes(event.type)) break;
      replay.take(event, start);
    }
  } catch {
    return new Replay().state;
  }
  return replay.state;
}
