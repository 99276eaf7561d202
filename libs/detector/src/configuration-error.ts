import { FsadError } from '@fsad/files';

/** A method, preset, key or value that there is not. */
export class ConfigurationError extends FsadError {
  override readonly name = 'ConfigurationError';
  readonly code = 'FSAD_CONFIGURATION';
}
