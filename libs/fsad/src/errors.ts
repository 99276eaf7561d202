import { FsadError } from '@fsad/files';

/** A model that was used after `dispose`. */
export class DisposedError extends FsadError {
  override readonly name = 'DisposedError';
  readonly code = 'FSAD_DISPOSED';
  constructor() {
    super('this model was disposed of; learn or load it again');
  }
}
