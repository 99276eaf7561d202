import { sizeOf, tensor, type Tensor } from './tensor.ts';

/** What a safetensors file holds: named tensors and string metadata. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Encodes named float32 tensors as a safetensors file: 8-byte header length, JSON header, raw little-endian data. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padding = (8 - (json.length % 8)) % 8;
  const file = new Uint8Array(8 + json.length + padding + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length + padding), true);
  file.set(json, 8);
  let position = 8 + json.length + padding;
  file.fill(0x20, position - padding, position);
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

/** Bytes of one number of each type that is read. */
const WIDTHS: Readonly<Record<string, number | undefined>> = { F32: 4, I32: 4, F16: 2, U8: 1 };

/**
 * Decodes a safetensors file; F32, F16, U8 and I32 entries become float32 tensors.
 * @throws Error naming `origin` and what is wrong: truncated file, broken header, wrong length, unsupported type, tensors that overlap or leave bytes over.
 */
export function decodeSafetensors(file: Uint8Array, origin = 'safetensors file'): TensorFile {
  const fail = (what: string): never => {
    throw new Error(`${origin}: ${what}`);
  };
  if (file.length < 8) fail(`truncated, ${file.length} bytes hold no header`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  if (start > file.length) fail('truncated inside its header');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, start)));
  } catch {
    fail('the header is not valid JSON');
  }
  if (!isRecord(header)) return fail('the header is no list of tensors');
  const { __metadata__: metadata = {}, ...described } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    fail('its metadata are no texts by name');
  }
  const entries = Object.entries(described).map(([name, entry]): [string, Entry] => [
    name,
    readEntry(name, entry, fail),
  ]);
  checkPlaces(entries, file.length - start, fail);
  const tensors = entries.map(([name, entry]): [string, Tensor] => [name, decodeEntry(file, start, entry)]);
  return { tensors: new Map(tensors), metadata: metadata as Record<string, string> };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEntry(name: string, entry: unknown, fail: (what: string) => never): Entry {
  if (!isRecord(entry)) return fail(`tensor ${name} has no description`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isCounts(shape)) return fail(`tensor ${name} has a shape that is no list of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return fail(`tensor ${name} has data_offsets that are not two whole numbers`);
  }
  const width = typeof dtype === 'string' && Object.hasOwn(WIDTHS, dtype) ? WIDTHS[dtype] : undefined;
  if (width === undefined) return fail(`tensor ${name} has unsupported type ${String(dtype)}`);
  const [from, to] = offsets;
  if (to - from !== sizeOf(shape) * width) {
    return fail(`tensor ${name} of shape [${shape.join(', ')}] has ${to - from} bytes`);
  }
  return { dtype: dtype as string, shape, from, to };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}

/** Tensors lie one after the other and fill the file, whatever their order in the header; a name given twice leaves its first place over. */
function checkPlaces(
  entries: readonly [string, Entry][],
  bytes: number,
  fail: (what: string) => never,
): void {
  let end = 0;
  const places = [...entries].sort(([, a], [, b]) => a.from - b.from || a.to - b.to);
  for (const [name, { from, to }] of places) {
    if (to > bytes) fail(`truncated inside tensor ${name}`);
    if (from < end) fail(`tensor ${name} overlaps the one before it`);
    if (from > end) fail(`${from - end} bytes before tensor ${name} belong to none`);
    end = to;
  }
  if (end < bytes) fail(`${bytes - end} bytes after the last tensor`);
}

function decodeEntry(file: Uint8Array, start: number, { dtype, shape, from, to }: Entry): Tensor {
  // A copy, also of a Buffer, whose own `slice` gives a view.
  const bytes = Uint8Array.prototype.slice.call(file, start + from, start + to);
  if (dtype === 'F32') return tensor(shape, new Float32Array(bytes.buffer));
  if (dtype === 'I32') return tensor(shape, Float32Array.from(new Int32Array(bytes.buffer)));
  if (dtype === 'F16') return tensor(shape, fromHalf(new Uint16Array(bytes.buffer)));
  return tensor(shape, Float32Array.from(bytes));
}

/** Half precision numbers (IEEE 754 binary16: sign, 5 bits of exponent, 10 of mantissa) in single precision. */
function fromHalf(halves: Uint16Array): Float32Array {
  const numbers = new Float32Array(halves.length);
  const bits = new Uint32Array(numbers.buffer);
  for (let i = 0; i < halves.length; i++) {
    const [exponent, mantissa] = [(halves[i] >> 10) & 31, halves[i] & 1023];
    const sign = (halves[i] & 0x8000) << 16;
    if (exponent === 0) numbers[i] = (sign === 0 ? 1 : -1) * mantissa * 2 ** -24;
    // Exponents count from 15 there and from 127 here; 31 there, infinity and what is no number, is 255 here.
    else bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (mantissa << 13);
  }
  return numbers;
}
