import { isDiskFull } from '@fsad/files';
import { DivergedError } from '@fsad/detector';
import { BadImageError } from '@fsad/images';
import { type TrialStatus } from '../store/index.ts';

/** The user, or the end of the machine's time, asked to stop: nothing is wrong with the trial. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  constructor() {
    super('interrupted');
  }
}

/** How an error ended a trial. */
export interface Ending {
  readonly status: Exclude<TrialStatus, 'ok'>;
  readonly message: string;
  /** The cause lies outside the method: worth trying again. */
  readonly outside: boolean;
  /** No room to go on, for this or any other trial. */
  readonly diskFull: boolean;
}

/** Reads from an error what happened to the trial. */
export function endingOf(error: unknown): Ending {
  const message = error instanceof Error ? error.message : String(error);
  if (isDiskFull(error)) return { status: 'failed', message, outside: true, diskFull: true };
  if (error instanceof DivergedError) {
    return { status: 'diverged', message, outside: false, diskFull: false };
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOMEM' || /out of memory|allocation failed/i.test(message)) {
    return { status: 'out-of-memory', message, outside: true, diskFull: false };
  }
  const outside = error instanceof BadImageError || (typeof code === 'string' && /^E[A-Z]+$/.test(code));
  return { status: 'failed', message, outside, diskFull: false };
}
