import { sizeOf, tensor, type Tensor } from './tensor.ts';

/** What a safetensors file holds: named tensors and string metadata. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
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
  const json = Buffer.from(JSON.stringify(header));
  const padding = (8 - (json.length % 8)) % 8;
  const file = Buffer.alloc(8 + json.length + padding + offset, 0x20);
  file.writeBigUInt64LE(BigInt(json.length + padding), 0);
  json.copy(file, 8);
  let position = 8 + json.length + padding;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

/**
 * Decodes a safetensors file; F32, F16, U8 and I32 entries become float32 tensors.
 * @throws Error naming `origin` and what is wrong: truncated file, broken header, wrong length, unsupported type.
 */
export function decodeSafetensors(file: Uint8Array, origin = 'safetensors file'): TensorFile {
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (buffer.length < 8) throw new Error(`${origin}: truncated, ${buffer.length} bytes hold no header`);
  const headerLength = Number(buffer.readBigUInt64LE(0));
  const start = 8 + headerLength;
  if (start > buffer.length) throw new Error(`${origin}: truncated inside its header`);
  let header: Record<string, Entry>;
  try {
    header = JSON.parse(buffer.toString('utf8', 8, start)) as Record<string, Entry>;
  } catch {
    throw new Error(`${origin}: the header is not valid JSON`);
  }
  const tensors = new Map<string, Tensor>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') metadata = entry as unknown as Record<string, string>;
    else tensors.set(name, decodeEntry(buffer, start, name, entry, origin));
  }
  return { tensors, metadata };
}

function decodeEntry(buffer: Buffer, start: number, name: string, entry: Entry, origin: string): Tensor {
  const [from, to] = entry.data_offsets;
  const size = sizeOf(entry.shape);
  const width = { F32: 4, I32: 4, F16: 2, U8: 1 }[entry.dtype];
  if (width === undefined) throw new Error(`${origin}: tensor ${name} has unsupported type ${entry.dtype}`);
  if (start + to > buffer.length) throw new Error(`${origin}: truncated inside tensor ${name}`);
  if (to - from !== size * width) {
    throw new Error(`${origin}: tensor ${name} of shape [${entry.shape.join(', ')}] has ${to - from} bytes`);
  }
  const bytes = Uint8Array.prototype.slice.call(buffer, start + from, start + to);
  if (entry.dtype === 'F32') return tensor(entry.shape, new Float32Array(bytes.buffer));
  if (entry.dtype === 'I32') return tensor(entry.shape, Float32Array.from(new Int32Array(bytes.buffer)));
  if (entry.dtype === 'F16') return tensor(entry.shape, fromHalf(new Uint16Array(bytes.buffer)));
  return tensor(entry.shape, Float32Array.from(bytes));
}

/** Half precision numbers (IEEE 754 binary16: sign, 5 bits of exponent, 10 of mantissa) in single precision. */
function fromHalf(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const mantissa = bits & 1023;
    if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
    return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
  });
}
