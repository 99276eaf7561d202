/**
 * Reads the files that `torch.save` wrote before PyTorch 1.6: five pickles one after the other (magic number, protocol, machine, state
 * dict, storage keys), then every storage as its length in eight bytes and raw little-endian numbers. Knows the opcodes that state dicts use
 * and runs nothing that the file names: a call makes a tensor's description or an empty dictionary.
 */

/** The state dict as a map of name to `{ shape, data: Float32Array }`; tensors of whole numbers (counters) are left out. */
export function readTorchFile(file) {
  const reader = new PickleReader(file);
  for (let skipped = 0; skipped < 3; skipped++) reader.read(); // magic number, protocol, machine
  const state = reader.read();
  const storages = new Map();
  for (const key of reader.read()) {
    const length = Number(file.readBigUInt64LE(reader.position));
    const start = reader.position + 8;
    const width = reader.widths.get(key);
    if (start + length * width > file.length) throw new Error(`truncated inside storage ${key}`);
    storages.set(key, file.subarray(start, start + length * width));
    reader.position = start + length * width;
  }
  const tensors = new Map();
  for (const [name, { storage, offset, shape, strides }] of state) {
    if (storage.type !== 'FloatStorage') continue;
    const numbers = new Float32Array(Uint8Array.from(storages.get(storage.key)).buffer);
    const data = Float32Array.from(positions(shape, strides), (position) => numbers[offset + position]);
    tensors.set(name, { shape, data });
  }
  return tensors;
}

/** Where a tensor's entries lie in its storage, row by row. */
function positions(shape, strides) {
  let found = [0];
  for (const [axis, side] of shape.entries()) {
    const steps = Array.from({ length: side }, (_, i) => i * strides[axis]);
    found = found.flatMap((start) => steps.map((step) => start + step));
  }
  return found;
}

const widths = { FloatStorage: 4, LongStorage: 8 };
const mark = Symbol('mark');

class PickleReader {
  /** Bytes a number takes, by storage key. */
  widths = new Map();
  position = 0;

  constructor(file) {
    this.file = file;
  }

  /** The next pickle's value. */
  read() {
    const stack = [];
    const memo = new Map();
    const { file } = this;
    const bytes = (count) => file.subarray(this.position, (this.position += count));
    const line = () =>
      bytes(file.indexOf(10, this.position) + 1 - this.position)
        .toString('latin1')
        .trim();
    const sinceMark = () => {
      const items = stack.splice(stack.lastIndexOf(mark));
      return items.slice(1);
    };
    const codes = {
      [0x80]: () => void bytes(1), // PROTO
      '(': () => stack.push(mark),
      '}': () => stack.push(new Map()),
      ']': () => stack.push([]),
      ')': () => stack.push([]),
      t: () => stack.push(sinceMark()),
      [0x85]: () => stack.push(stack.splice(-1)), // TUPLE1
      [0x86]: () => stack.push(stack.splice(-2)), // TUPLE2
      [0x87]: () => stack.push(stack.splice(-3)), // TUPLE3
      N: () => stack.push(null),
      [0x88]: () => stack.push(true),
      [0x89]: () => stack.push(false),
      K: () => stack.push(bytes(1)[0]),
      M: () => stack.push(bytes(2).readUInt16LE()),
      J: () => stack.push(bytes(4).readInt32LE()),
      [0x8a]: () => void (bytes(bytes(1)[0]), stack.push(null)), // LONG1: only the magic number is one
      X: () => stack.push(bytes(bytes(4).readUInt32LE()).toString('utf8')),
      q: () => memo.set(bytes(1)[0], stack.at(-1)),
      r: () => memo.set(bytes(4).readUInt32LE(), stack.at(-1)),
      h: () => stack.push(memo.get(bytes(1)[0])),
      j: () => stack.push(memo.get(bytes(4).readUInt32LE())),
      c: () => stack.push(`${line()}.${line()}`),
      R: () => {
        const [callable, given] = stack.splice(-2);
        stack.push(this.call(callable, given));
      },
      Q: () => stack.push(this.storage(stack.pop())),
      s: () => {
        const [key, value] = stack.splice(-2);
        stack.at(-1).set(key, value);
      },
      u: () => {
        const items = sinceMark();
        for (let i = 0; i < items.length; i += 2) stack.at(-1).set(items[i], items[i + 1]);
      },
      e: () => {
        const items = sinceMark();
        stack.at(-1).push(...items);
      },
      b: () => void stack.pop(), // BUILD: attributes beside the dictionary, of no use here
    };
    for (;;) {
      const code = bytes(1)[0];
      if (code === 0x2e) return stack.pop();
      const run = codes[code] ?? codes[String.fromCharCode(code)];
      if (!run) throw new Error(`unknown pickle opcode ${code} at byte ${this.position - 1}`);
      run();
    }
  }

  call(callable, given) {
    if (callable === 'collections.OrderedDict') return new Map();
    if (callable !== 'torch._utils._rebuild_tensor_v2') throw new Error(`the file calls ${callable}`);
    const [storage, offset, shape, strides] = given;
    return { storage, offset, shape, strides };
  }

  storage([, global, key]) {
    const type = global.replace('torch.', '');
    if (!(type in widths)) throw new Error(`numbers of type ${type} are not read`);
    this.widths.set(key, widths[type]);
    return { type, key };
  }
}
