/** The journal alone: what a trial's process needs, without the MLflow client and its HTTP library. */
export { type Cell, type JournalEvent, type Outcome, type TrackedSplit, type TrialStart } from './events.ts';
export {
  addCell,
  isBeingWritten,
  Journal,
  openJournal,
  type JournalRecovery,
  type TrialEnd,
} from './journal.ts';
export { scanJournal, type JournalScan } from './journal-file.ts';
export { LockedError, type LockHolder } from '@fsad/files';
export { paramsOf } from './params.ts';
export { JournalError } from './record-appender.ts';
export { journalKeys, journalPath, storeId, trialFolder } from './store.ts';
