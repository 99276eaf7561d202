/** What programs can tell errors by; docs/errors.md says what each means. A code is never given another meaning. */
export type FsadErrorCode =
  | 'FSAD_BAD_IMAGE'
  | 'FSAD_CONFIGURATION'
  | 'FSAD_DATASET'
  | 'FSAD_DISK_FULL'
  | 'FSAD_DISPOSED'
  | 'FSAD_DIVERGED'
  | 'FSAD_ENGINE'
  | 'FSAD_INVALID_FILE'
  | 'FSAD_LOCKED'
  | 'FSAD_OUTPUT'
  | 'FSAD_PICTURES'
  | 'FSAD_UNSAFE_PATH';

/** Something a program may want to tell from other failures. `code` stays the same over versions; `message` is for people and may change. */
export abstract class FsadError extends Error {
  abstract readonly code: FsadErrorCode;
}
