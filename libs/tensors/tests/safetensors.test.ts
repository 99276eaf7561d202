import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors, tensor } from '../src/index.ts';

/** A safetensors file of this header and as many bytes of data. */
function fileOf(header: unknown, data: Uint8Array | number = 0): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, typeof data === 'number' ? Buffer.alloc(data) : data]);
}

/** A safetensors file of one half precision tensor with these bits. */
function halfFile(bits: readonly number[]): Uint8Array {
  const entry = { dtype: 'F16', shape: [bits.length], data_offsets: [0, 2 * bits.length] };
  return fileOf({ w: entry }, Buffer.from(Uint16Array.from(bits).buffer));
}

it('reads half precision numbers as IEEE 754 defines them', () => {
  const examples: [bits: number, value: number][] = [
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x03ff, 2 ** -14 - 2 ** -24],
    [0x8001, -(2 ** -24)],
    [0x7c00, Infinity],
    [0x7e00, NaN],
  ];
  const { tensors } = decodeSafetensors(halfFile(examples.map(([bits]) => bits)));
  expect([...tensors.get('w')!.data]).toEqual(examples.map(([, value]) => value));
});

it('reads what it wrote, bit for bit, empty tensors too', () => {
  const tensors = new Map([
    ['a', tensor([2, 1], Float32Array.of(1.5, -0))],
    ['none', tensor([0, 3])],
    ['number', tensor([], Float32Array.of(NaN))],
  ]);
  const read = decodeSafetensors(encodeSafetensors(tensors, { note: 'ä' }));
  expect(read).toEqual({ tensors, metadata: { note: 'ä' } });
  expect(Object.is(read.tensors.get('a')!.data[1], -0)).toBe(true);
});

it('reads tensors that lie in another order than the header names them', () => {
  const entry = (from: number, to: number) => ({ dtype: 'U8', shape: [to - from], data_offsets: [from, to] });
  const { tensors } = decodeSafetensors(fileOf({ b: entry(1, 3), a: entry(0, 1) }, Uint8Array.of(7, 8, 9)));
  expect([...tensors.get('b')!.data]).toEqual([8, 9]);
});

describe('a file is refused by its name and what is wrong with it', () => {
  const f32 = (from: number, to: number, shape: unknown = [(to - from) / 4]) => {
    return { dtype: 'F32', shape, data_offsets: [from, to] };
  };
  const cases: [what: string, file: Uint8Array, message: RegExp][] = [
    ['no header', Buffer.alloc(7), /truncated, 7 bytes hold no header/],
    ['a header that ends early', fileOf('{}').subarray(0, 9), /truncated inside its header/],
    ['a header longer than any file', Buffer.alloc(8, 255), /truncated inside its header/],
    ['a header that is no JSON', fileOf('{"a":'), /not valid JSON/],
    [
      'a header that is no UTF-8',
      fileOf('{"a":1}').map((byte) => (byte === 97 ? 0xff : byte)),
      /not valid JSON/,
    ],
    ['null', fileOf('null'), /no list of tensors/],
    ['a list', fileOf('[]'), /no list of tensors/],
    ['metadata that are no texts', fileOf({ __metadata__: { a: 1 } }), /metadata/],
    ['metadata of null', fileOf({ __metadata__: null }), /metadata/],
    ['a tensor of null', fileOf({ a: null }), /tensor a has no description/],
    ['a tensor without offsets', fileOf({ a: { dtype: 'F32', shape: [1] } }, 4), /data_offsets/],
    ['three offsets', fileOf({ a: { ...f32(0, 4), data_offsets: [0, 4, 8] } }, 4), /data_offsets/],
    ['negative offsets', fileOf({ a: { ...f32(0, 4), data_offsets: [-4, 0] } }, 4), /data_offsets/],
    ['fractional offsets', fileOf({ a: { ...f32(0, 4), data_offsets: [0.5, 4.5] } }, 4), /data_offsets/],
    ['offsets as texts', fileOf({ a: { ...f32(0, 4), data_offsets: ['0', '4'] } }, 4), /data_offsets/],
    ['offsets turned round', fileOf({ a: { ...f32(0, 4), data_offsets: [4, 0] } }, 4), /has -4 bytes/],
    ['no shape', fileOf({ a: f32(0, 4, null) }, 4), /shape/],
    ['a negative side', fileOf({ a: f32(0, 4, [-1, -1]) }, 4), /shape/],
    ['a shape of other size', fileOf({ a: f32(0, 4, [2]) }, 4), /tensor a of shape \[2\] has 4 bytes/],
    ['a type nobody reads', fileOf({ a: { ...f32(0, 4), dtype: 'F64' } }, 4), /unsupported type F64/],
    ['a type of another kind', fileOf({ a: { ...f32(0, 4), dtype: 'constructor' } }, 4), /unsupported type/],
    ['data that end early', fileOf({ a: f32(0, 8) }, 4), /truncated inside tensor a/],
    ['tensors that overlap', fileOf({ a: f32(0, 8), b: f32(4, 12) }, 12), /tensor b overlaps/],
    ['two tensors at one place', fileOf({ a: f32(0, 4), b: f32(0, 4) }, 4), /overlaps/],
    ['a hole', fileOf({ a: f32(0, 4), b: f32(8, 12) }, 12), /4 bytes before tensor b belong to none/],
    ['bytes at the end', fileOf({ a: f32(0, 4) }, 6), /2 bytes after the last tensor/],
    [
      'a name given twice',
      fileOf(`{"a":${JSON.stringify(f32(0, 4))},"a":${JSON.stringify(f32(4, 8))}}`, 8),
      /belong to none/,
    ],
  ];
  it.each(cases)('%s', (_, file, message) => {
    expect(() => decodeSafetensors(file, 'm/weights.safetensors')).toThrow(message);
    expect(() => decodeSafetensors(file, 'm/weights.safetensors')).toThrow(/^m\/weights\.safetensors: /);
  });
});
