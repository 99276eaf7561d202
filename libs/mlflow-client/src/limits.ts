/** What an MLflow 3 server stores. It answers 200 to much that it then truncates or drops, so everything is checked before it is sent. */
export const limits = {
  metricsPerBatch: 1000,
  /** More distinct keys in one batch made servers of early 2026 fail on repeated points. */
  metricKeysPerBatch: 100,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  entitiesPerBatch: 1000,
  bodyBytes: 1_000_000,
  keyLength: 250,
  paramLength: 6000,
  tagLength: 5000,
  runNameLength: 250,
  experimentNameLength: 500,
  datasetNameLength: 500,
  digestLength: 36,
  datasetSourceLength: 65_535,
  datasetSchemaLength: 1_048_575,
  datasetProfileLength: 16_777_215,
  searchResults: 1000,
} as const;

/** A value the server would refuse, truncate or silently drop. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError';
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

function refuse(what: string, value: unknown, rule: string): never {
  throw new InvalidValueError(`${what} ${shown(value)} cannot go to MLflow: ${rule}`);
}

/** Text of at most `length` UTF-16 units, without NUL or lone surrogates. @throws InvalidValueError */
export function checkText(what: string, value: unknown, length: number): string {
  if (typeof value !== 'string') return refuse(what, value, 'it must be a string');
  if (value.length > length)
    refuse(what, value, `it has ${value.length} characters, at most ${length} are kept`);
  if (value.includes('\0')) refuse(what, value, 'it holds a NUL character');
  if (/\p{Surrogate}/u.test(value)) refuse(what, value, 'it is not well-formed Unicode');
  return value;
}

/** A name of a metric, parameter or tag: letters, digits and `_ - . : /` and space, a relative path without empty or dot parts. @throws InvalidValueError */
export function checkName(what: string, name: unknown): string {
  const text = checkText(what, name, limits.keyLength);
  if (text === '') refuse(what, text, 'it is empty');
  if (!/^[/\w.\-: ]*$/.test(text))
    refuse(what, text, 'only letters, digits, _ - . : / and space are allowed');
  if (text.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    refuse(what, text, 'as a path it must have no empty, "." or ".." part');
  }
  return text;
}

/** A whole number of milliseconds since 1970, after 0 (which the server takes for "none"). @throws InvalidValueError */
export function checkTime(what: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  return refuse(what, value, 'it must be a whole number of milliseconds since 1970');
}

/** A whole number; the server stores a fractional step as 0 and says nothing. @throws InvalidValueError */
export function checkStep(what: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  return refuse(what, value, 'it must be a whole number');
}

/** A metric value. JSON knows no NaN and no infinity, the server reads them from these three words. */
export type WireNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** The form in which a number travels in JSON. @throws InvalidValueError for anything but a number. */
export function toWire(what: string, value: unknown): WireNumber {
  if (typeof value !== 'number') return refuse(what, value, 'it must be a number');
  if (Number.isFinite(value)) return value;
  return String(value) as WireNumber;
}

/** The number that `toWire` made `value` from; the server also sends its clamped infinities as numbers. */
export function fromWire(value: WireNumber): number {
  return Number(value);
}
