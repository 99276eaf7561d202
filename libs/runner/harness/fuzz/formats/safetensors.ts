import { createHash } from 'node:crypto';
import { decodeSafetensors, encodeSafetensors, tensor, type Tensor } from '@fsad/tensors';
import { namesFile, type Format, type JsonPart } from '../format.ts';

const tensors = new Map<string, Tensor>([
  ['generator.0', tensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))],
  ['empty', tensor([0])],
  ['losses', tensor([1, 4], Float32Array.of(0.5, 0.25, NaN, -1))],
]);

const header: JsonPart = {
  take: (bytes) => bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE())),
  put(bytes, json) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
    return Buffer.concat([length, Buffer.from(json), bytes.subarray(8 + Number(bytes.readBigUInt64LE()))]);
  },
};

function digestOf(all: ReadonlyMap<string, Tensor>): string {
  const sum = createHash('sha256');
  for (const [name, { shape, data }] of all) {
    sum.update(JSON.stringify([name, shape]));
    sum.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return sum.digest('hex');
}

/** A safetensors file with texts beside its tensors; models carry a digest of the tensors, which their readers check. */
export const safetensorsFormat: Format = {
  name: 'safetensors',
  json: header,
  samples: async () => [encodeSafetensors(tensors, { scale: '0', side: '25' })],
  async read(bytes) {
    const file = decodeSafetensors(bytes, 'x.safetensors');
    for (const [name, { shape, data }] of file.tensors) {
      const values = shape.reduce((product, extent) => product * extent, 1);
      if (values !== data.length)
        throw new TypeError(`${name} has ${data.length} values for [${shape.join()}]`);
    }
    const metadata = Object.entries(file.metadata).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      meaning: [...file.tensors].map(([name, { shape, data }]) => [name, shape, [...data]]),
      identity: digestOf(file.tensors) + JSON.stringify(metadata),
    };
  },
  isRefusal: (error) => namesFile(error, 'x.safetensors: '),
};
