export { type Cell, type JournalEvent, type Outcome, type TrackedSplit, type TrialStart } from './events.ts';
export {
  addCell,
  Journal,
  openJournal,
  type JournalOptions,
  type JournalRecovery,
  type TrialEnd,
} from './journal.ts';
export { LockedError, type LockHolder } from './lock.ts';
export { paramsOf } from './params.ts';
export { JournalError } from './record-appender.ts';
export { journalKeys, journalPath, storeId } from './store.ts';
export { scanJournal, type JournalScan } from './journal-file.ts';
export { LiveSync, type LiveEnd } from './live-sync.ts';
export { isComplete, syncStore, type SyncOptions, type SyncSummary } from './sync.ts';
