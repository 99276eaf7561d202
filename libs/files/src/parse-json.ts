import type { z } from 'zod';
import { FsadError } from './fsad-error.ts';

/** A file that is not what it should be, or is not there: the message names it, what is wrong and what to do. */
export class InvalidFileError extends FsadError {
  override readonly name = 'InvalidFileError';
  readonly code = 'FSAD_INVALID_FILE';
  readonly file: string;
  constructor(file: string, problem: string, advice?: string, options?: ErrorOptions) {
    super(`${file}: ${problem}${advice ? `; ${advice}` : ''}`, options);
    this.file = file;
  }
}

/** How an error speaks of a file. */
export interface JsonWords {
  /** What to do about a bad file, e.g. `fit again`. */
  readonly advice: string;
  /** Said in place of the system's words when the file is absent; default `there is no such file`. */
  readonly absent?: string;
}

/**
 * The value of JSON text that passes a schema; a byte order mark before it is passed over.
 * @param file how an error names the text.
 * @throws InvalidFileError for text that is not JSON, and content the schema refuses.
 */
export function parseJson<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
  { advice }: JsonWords,
): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new InvalidFileError(file, 'not valid JSON, cut short or edited by hand', advice, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidFileError(file, problemsOf(parsed.error), advice, { cause: parsed.error });
}

/** The first few problems of a value, each with its key: `split.train[0].id: expected string, got number`. */
export function problemsOf(error: z.ZodError): string {
  const shown = error.issues.slice(0, 3).map(({ path, message }) => {
    const key = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
    const what = message.replace(/^Invalid input: /, '').replace(', received ', ', got ');
    return key === '' ? what : `${key.replace(/^\./, '')}: ${what}`;
  });
  const more = error.issues.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more problems`] : [])].join(', ');
}
