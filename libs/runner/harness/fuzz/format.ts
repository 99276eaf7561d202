/** What a fuzzed reader makes of bytes. */
export interface Reading {
  /** All that the program takes from them, as JSON could hold it. */
  readonly meaning: unknown;
  /** What tells these contents from others wherever it matters: a digest the reader takes or checks. Two meanings must never share it. */
  readonly identity: string | null;
}

/** A kind of file or message from outside, with its reader. */
export interface Format {
  readonly name: string;
  /** Well-formed examples, in the order they are tried. @param folder an empty folder of its own. */
  samples(folder: string): Promise<readonly Uint8Array[]>;
  /**
   * Reads `bytes` the way the program does. @param sample which of the samples they were made from. @param folder an empty folder of its own.
   * @throws what the reader throws.
   */
  read(bytes: Uint8Array, sample: number, folder: string): Promise<Reading>;
  /** Whether an error is a refusal in words for the person, not a fault of the program. */
  isRefusal(error: unknown): boolean;
  /** The JSON in a file, so that values in it are changed as well as bytes; null where there is none. */
  readonly json: JsonPart | null;
}

/** How the JSON in a file is taken out, and other JSON put in its place with lengths and checksums that fit it. */
export interface JsonPart {
  take(bytes: Buffer): string;
  put(bytes: Buffer, json: string): Buffer;
}

/** The JSON of a file that is nothing else. */
export const allJson: JsonPart = { take: (bytes) => bytes.toString(), put: (_, json) => Buffer.from(json) };

/** Whether an error is a plain one whose words begin with the name of what was read. */
export function namesFile(error: unknown, file: string): boolean {
  return error instanceof Error && error.constructor === Error && error.message.startsWith(file);
}
