import { didYouMean } from '@fsad/files';

/** What is wrong with a dataset or a request to it, in words for the person at the keyboard. */
export class DatasetError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatasetError';
  }
}

/** Throws unless `className` is one of `classes`, naming those there are. */
export function requireClass(dataset: string, classes: readonly string[], className: string): void {
  if (classes.includes(className)) return;
  throw new DatasetError(
    `${dataset} has no class "${className}"; its classes are ${classes.join(', ')}${didYouMean(className, classes)}`,
  );
}
