import { FsadError } from '@fsad/files';

/** A loss, a score or a map is not finite: the training diverged. */
export class DivergedError extends FsadError {
  override readonly name = 'DivergedError';
  readonly code = 'FSAD_DIVERGED';
}
