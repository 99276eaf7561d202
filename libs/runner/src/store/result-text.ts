import { crc32 } from 'node:zlib';
import { canonicalJson, InvalidFileError, problemsOf, sha256Hex } from '@fsad/files';
import { trialKey } from './key.ts';
import { resultSchema, type TrialResult, type TrialSummary } from './result.ts';
import { storedResult, storedSummary } from './schema.ts';

const advice = 'move it away, and the next run makes it again';

/**
 * A result as it is stored: JSON that carries a SHA-256 of everything else it says.
 * @throws Error naming what of a result is no such thing: a number that is not finite, a path out of its folder
 */
export function encodeResult(result: TrialResult): string {
  const checked = storedResult.safeParse(result);
  if (!checked.success)
    throw new Error(`the result of trial ${result.key} cannot be stored: ${problemsOf(checked.error)}`);
  const plain = JSON.parse(JSON.stringify(result)) as TrialResult;
  return `${JSON.stringify({ ...plain, checksum: sha256Hex(canonicalJson(plain)) }, null, 2)}\n`;
}

/**
 * The result that `text` holds, a file called `path`: whole, unchanged since it was written, and that of the trial `key`. Results from before there
 * were checksums have none.
 * @throws InvalidFileError saying which of these it is not
 */
export function decodeResult(text: string, path: string, key: string): TrialResult {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new InvalidFileError(path, problem, advice, { cause });
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return refuse('not valid JSON, cut short or edited by hand', error);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return refuse('not the result of a trial');
  const { checksum, ...plain } = parsed as Record<string, unknown>;
  if (plain.schema === 1 && checksum === undefined) plain.schema = resultSchema;
  else if (checksum !== sha256Hex(canonicalJson(plain)))
    return refuse('was changed since it was written: its checksum does not fit');
  const checked = storedResult.safeParse(plain);
  if (!checked.success)
    return refuse(`not a result of this version: ${problemsOf(checked.error)}`, checked.error);
  // As it stands in the file, so that its fields keep their order when it is written again.
  const result = plain as unknown as TrialResult;
  if (result.key !== key) return refuse(`the result of another trial, ${result.key}`);
  if (trialKey(result.inputs) !== key) return refuse('its inputs are not those that its key stands for');
  if (result.split.id !== result.inputs.split)
    return refuse('its split is not the one that its key stands for');
  return result;
}

const beforeSum = ',"checksum":"';
const tailLength = beforeSum.length + 8 + 2;

/** A line of the index: JSON whose last field is the CRC-32 of what stands before it. */
export function encodeLine(summary: TrialSummary): string {
  const body = JSON.stringify(summary).slice(0, -1);
  return `${body}${beforeSum}${sumOf(body)}"}`;
}

/** The line's summary; null for one that is torn, damaged, changed, or from before there were checksums: the result itself is read then. */
export function decodeLine(line: string): TrialSummary | null {
  const body = line.slice(0, -tailLength);
  if (line !== `${body}${beforeSum}${sumOf(body)}"}`) return null;
  try {
    return storedSummary.safeParse(JSON.parse(`${body}}`)).data ?? null;
  } catch {
    return null;
  }
}

const sumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');
