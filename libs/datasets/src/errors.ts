import { didYouMean, FsadError } from '@fsad/files';

/** What is wrong with a dataset or a request to it, in words for the person at the keyboard. */
export class DatasetError extends FsadError {
  override readonly name = 'DatasetError';
  readonly code = 'FSAD_DATASET';
}

/** Throws unless `className` is one of `classes`, naming those there are. */
export function requireClass(dataset: string, classes: readonly string[], className: string): void {
  if (classes.includes(className)) return;
  throw new DatasetError(
    `${dataset} has no class "${className}"; its classes are ${classes.join(', ')}${didYouMean(className, classes)}`,
  );
}
