import { printable } from '@fsad/files';
import { withoutSecrets } from '@fsad/mlflow-client/address';

/** Exit codes of fsad. */
export const EXIT = { done: 0, failed: 1, usage: 2, defective: 3, interrupted: 130 } as const;

/** The person at the keyboard pressed Ctrl-C, or a scheduler asked the process to stop. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** Work began and part of it failed; everything else is wrong usage or input. */
export class WorkFailed extends Error {
  override readonly name = 'WorkFailed';
}

/** A picture is defective, and that was to be told by the exit code. */
export class DefectFound extends Error {
  override readonly name = 'DefectFound';
}

/** What to print of an error, without the password of an address that was typed, and the code to exit with. */
export function explain(error: unknown, debug: boolean): { message: string; code: number } {
  const { message, code } = described(error, debug);
  return { message: printable(withoutSecrets(message)), code };
}

function described(error: unknown, debug: boolean): { message: string; code: number } {
  if (error instanceof Interrupted) return { message: 'interrupted', code: EXIT.interrupted };
  if (!(error instanceof Error)) return { message: String(error), code: EXIT.failed };
  if (debug) return { message: error.stack ?? error.message, code: codeOf(error) };
  return { message: withCode(error as NodeJS.ErrnoException), code: codeOf(error) };
}

function codeOf(error: Error): number {
  if (error instanceof DefectFound) return EXIT.defective;
  if (error instanceof WorkFailed || (error as NodeJS.ErrnoException).code === 'ENOSPC') return EXIT.failed;
  return error instanceof TypeError || error instanceof ReferenceError ? EXIT.failed : EXIT.usage;
}

function withCode(error: NodeJS.ErrnoException): string {
  const path = error.path ? `${error.path}: ` : '';
  switch (error.code) {
    case 'ENOSPC':
      return `${path}the disk is full. What was finished is kept: free some space, then run the same command again (fsad train: with --resume)`;
    case 'ENOENT':
      return error.path ? `${path}there is no such file or folder` : error.message;
    case 'EACCES':
    case 'EPERM':
      return `${path}permission denied`;
    default:
      if (error instanceof TypeError || error instanceof ReferenceError) {
        return `internal error: ${error.message} (run again with --debug and report what it prints)`;
      }
      return error.message;
  }
}
