export * from './journal-entry.ts';
export type { Drawings, DrawnFiles, TrialDrawings } from './drawings.ts';
export type { Group } from './identity.ts';
export { LiveSync, type LiveEnd } from './live-sync.ts';
export { isComplete, syncStore, type StoredResults, type SyncOptions, type SyncSummary } from './sync.ts';
export { syncInWords } from './sync-words.ts';
