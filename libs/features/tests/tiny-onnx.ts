/** Encodes ONNX files of a few nodes, by the field numbers of ONNX's published protobuf schema. */

type Field = readonly [number: number, value: number | string | Uint8Array];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** A message: whole numbers as varints, the rest with its length before it. */
function message(...fields: Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
    }),
  );
}

export interface TinyNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Lists of whole numbers, or one. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface TinyTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** An ONNX file of `nodes`; an axis given as a word may have any length. */
export function tinyOnnx(given: {
  readonly input: { readonly name: string; readonly axes: readonly (number | string)[] };
  readonly outputs: readonly string[];
  readonly constants: readonly TinyTensor[];
  readonly nodes: readonly TinyNode[];
}): Uint8Array {
  const node = ({ type, inputs, outputs, attributes = {} }: TinyNode): Uint8Array =>
    message(
      ...inputs.map((name): Field => [1, name]),
      ...outputs.map((name): Field => [2, name]),
      [4, type],
      ...Object.entries(attributes).map(([name, value]): Field => [
        5,
        typeof value === 'number'
          ? message([1, name], [3, value], [20, 2])
          : message([1, name], ...value.map((one): Field => [8, one]), [20, 7]),
      ]),
    );
  const constant = ({ name, shape, data }: TinyTensor): Uint8Array =>
    message(
      ...shape.map((side): Field => [1, side]),
      [2, data instanceof Float32Array ? 1 : 7],
      [8, name],
      [9, new Uint8Array(data.buffer)],
    );
  const axis = (side: number | string): Uint8Array => message([typeof side === 'number' ? 1 : 2, side]);
  const { name, axes } = given.input;
  const shape = message(...axes.map((side): Field => [1, axis(side)]));
  const graph = message(
    ...given.nodes.map((one): Field => [1, node(one)]),
    [2, 'tiny'],
    ...given.constants.map((one): Field => [5, constant(one)]),
    [11, message([1, name], [2, message([1, message([1, 1], [2, shape])])])],
    ...given.outputs.map((output): Field => [12, message([1, output], [2, message([1, message([1, 1])])])]),
  );
  return message([1, 8], [7, graph], [8, message([1, ''], [2, 13])]);
}
