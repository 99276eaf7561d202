import type { RandomStream } from '@fsad/tensors';
import type { JsonPart } from './format.ts';

/** One random change, rarely several: bits, bytes, lengths, numbers in the file, values of JSON. */
export function mutate(bytes: Uint8Array, random: RandomStream, json: JsonPart | null): Uint8Array {
  let changed: Buffer = Buffer.from(bytes);
  const times = random.integer(4) === 0 ? 1 + random.integer(5) : 1;
  for (let i = 0; i < times; i++) {
    const inJson = json && random.integer(2) === 0 ? changeJson(changed, json, random) : null;
    changed = inJson ?? changeBytes(changed, random);
  }
  return changed;
}

type Change = (bytes: Buffer, random: RandomStream) => Buffer;

const changes: readonly Change[] = [
  (bytes, random) => {
    if (bytes.length > 0) bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
    return bytes;
  },
  (bytes, random) => {
    if (bytes.length > 0) bytes[random.integer(bytes.length)] = random.integer(256);
    return bytes;
  },
  // Where a header lies.
  (bytes, random) => {
    const most = Math.min(64, bytes.length);
    if (most > 0) bytes[random.integer(most)] = [0, 1, 0x7f, 0x80, 0xff][random.integer(5)];
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, random.integer(bytes.length + 1)),
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random) => {
    const at = random.integer(bytes.length + 1);
    const more = Buffer.from(Array.from({ length: 1 + random.integer(40) }, () => random.integer(256)));
    return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
  },
  (bytes, random) => {
    if (bytes.length < 4) return bytes;
    const at = random.integer(Math.min(64, bytes.length - 3));
    bytes.writeUInt32BE([0, 1, 0x7fffffff, 0xffffffff, 0x01000000][random.integer(5)], at);
    return bytes;
  },
  (bytes) => Buffer.concat([Buffer.from('\uFEFF'), bytes]),
];

function changeBytes(bytes: Buffer, random: RandomStream): Buffer {
  return Buffer.from(changes[random.integer(changes.length)](Buffer.from(bytes), random));
}

function range(bytes: Buffer, random: RandomStream): [number, number] {
  const from = random.integer(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random.integer(100))];
}

const strange: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e20,
  -1e308,
  '',
  '../../x',
  '/dev/zero',
  'x\0y',
  '\u001b[31m',
  '__proto__',
  'constructor',
  [],
  [null],
  {},
  { length: 1e9 },
];

/** Puts something strange in place of a value, takes a key away, renames it or adds one; null where there is no JSON any more. */
function changeJson(bytes: Buffer, part: JsonPart, random: RandomStream): Buffer | null {
  let root: unknown;
  try {
    root = JSON.parse(part.take(bytes));
  } catch {
    return null;
  }
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const visit = (holder: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(holder)) {
      places.push({ holder, key });
      if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>);
    }
  };
  visit({ root });
  const { holder, key } = places[random.integer(places.length)];
  const other = strange[random.integer(strange.length)];
  const top = holder === places[0].holder;
  switch (top ? 0 : random.integer(4)) {
    case 1:
      delete holder[key];
      break;
    case 2:
      Object.defineProperty(holder, String(other), {
        value: holder[key],
        enumerable: true,
        configurable: true,
      });
      delete holder[key];
      break;
    case 3:
      Object.defineProperty(holder, `${key}x`, { value: other, enumerable: true, configurable: true });
      break;
    default:
      holder[key] = other;
  }
  return part.put(bytes, JSON.stringify(places[0].holder.root, null, 1) ?? '');
}
