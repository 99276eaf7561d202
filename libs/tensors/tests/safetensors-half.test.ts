import { expect, it } from 'vitest';
import { decodeSafetensors } from '../src/index.ts';

/** A safetensors file of one half precision tensor with these bits. */
function halfFile(bits: readonly number[]): Uint8Array {
  const entry = { dtype: 'F16', shape: [bits.length], data_offsets: [0, 2 * bits.length] };
  const header = Buffer.from(JSON.stringify({ w: entry }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(Uint16Array.from(bits).buffer)]);
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
