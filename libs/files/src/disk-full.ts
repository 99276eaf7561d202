import { FsadError } from './fsad-error.ts';

/** The disk is full. What was there before is still whole. */
export class DiskFullError extends FsadError {
  override readonly name = 'DiskFullError';
  readonly code = 'FSAD_DISK_FULL';
  readonly path: string;
  constructor(path: string, bytes: number | null, cause: unknown) {
    const size = bytes === null ? '' : ` (${bytes} bytes)`;
    super(
      `no room left on the disk for ${path}${size}; everything finished so far is kept: make room and run the same command again`,
      { cause },
    );
    this.path = path;
  }
}

/** Whether an error, or what it comes from, is a full disk or quota. */
export function isDiskFull(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT' || at instanceof DiskFullError) return true;
  }
  return false;
}
