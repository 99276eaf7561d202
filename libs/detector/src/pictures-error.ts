import { FsadError } from '@fsad/files';

/** Pictures that a method cannot learn from, or look at, as they come together: none, or of other colours. */
export class PicturesError extends FsadError {
  override readonly name = 'PicturesError';
  readonly code = 'FSAD_PICTURES';
}
