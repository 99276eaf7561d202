export * from './journal-entry.ts';
export { LiveSync, type LiveEnd } from './live-sync.ts';
export { isComplete, syncStore, type SyncOptions, type SyncSummary } from './sync.ts';
