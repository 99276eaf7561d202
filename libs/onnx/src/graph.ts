import { encodeModel } from './schema.ts';

/** The operator set that graphs are written in: what ONNX 1.12 of 2022 and everything since reads. */
export const OPSET = 17;
const IR_VERSION = 8;

/** A tensor of a graph, by its name there. */
export type Value = string;

export type ElementType = 'float32' | 'float64' | 'int64' | 'bool';
/** Numbers of the ONNX element types. */
const elementCodes = { float32: 1, int64: 7, bool: 9, float64: 11 } as const;

/** Values of a constant; the kind of array says the element type, `Uint8Array` being bool. */
export type Values = Float32Array | Float64Array | BigInt64Array | Uint8Array;

/** A whole number, a list of them, or a real number. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** Number of a real attribute, of a whole one and of a list of whole ones in ONNX. */
const attributeCodes = { float: 1, int: 2, ints: 7 } as const;

/** Constants up to so many values are written once where they are equal. */
const SHARED = 256;

/** What is said of a file beside its graph. */
export interface ModelHeader {
  readonly name: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An ONNX graph that is being written; operators are ONNX's own, in the order in which they are added. */
export class OnnxGraph {
  readonly #nodes: object[] = [];
  readonly #initializers: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];
  readonly #known = new Map<string, Value>();
  #count = 0;

  /** An input that must be given; an axis given as a word may have any length. */
  input(name: string, type: ElementType, shape: readonly (number | string)[], description: string): Value {
    this.#inputs.push(valueInfo(name, type, shape, description));
    return name;
  }

  /** An input that may be left out. */
  optionalInput(name: string, shape: readonly number[], values: Values, description: string): Value {
    this.#initializers.push(initializer(name, shape, values));
    return this.input(name, elementType(values), shape, description);
  }

  output(name: string, value: Value, type: ElementType, shape: readonly number[], description: string): void {
    this.#nodes.push({ opType: 'Identity', name, input: [value], output: [name] });
    this.#outputs.push(valueInfo(name, type, shape, description));
  }

  /** @throws RangeError when the values are not as many as the shape says. */
  constant(shape: readonly number[], values: Values): Value {
    const count = shape.reduce((product, side) => product * side, 1);
    if (values.length !== count)
      throw new RangeError(`${values.length} values are no tensor [${shape.join(', ')}]`);
    const key = count <= SHARED ? `${elementType(values)} ${shape.join()}: ${values.join()}` : null;
    const known = key === null ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.#name('constant');
    this.#initializers.push(initializer(name, shape, values));
    if (key !== null) this.#known.set(key, name);
    return name;
  }

  /** A list of whole numbers, such as axes, indices and shapes. */
  whole(...values: readonly number[]): Value {
    return this.constant([values.length], BigInt64Array.from(values, BigInt));
  }

  scalar(value: number, type: 'float32' | 'float64' = 'float32'): Value {
    return this.constant([], type === 'float32' ? Float32Array.of(value) : Float64Array.of(value));
  }

  /** Adds an operator with one output. An input left out is an empty name. */
  op(type: string, inputs: readonly Value[], attributes?: Readonly<Record<string, Attribute>>): Value {
    return this.ops(type, inputs, 1, attributes)[0];
  }

  /** Adds an operator with several outputs. */
  ops(
    type: string,
    inputs: readonly Value[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value[] {
    const names = Array.from({ length: outputs }, () => this.#name(type));
    const attribute = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));
    this.#nodes.push({ opType: type, name: names[0], input: [...inputs], output: names, attribute });
    return names;
  }

  cast(value: Value, type: ElementType): Value {
    return this.op('Cast', [value], { to: elementCodes[type] });
  }

  /** The whole file. */
  encode({ name, description, metadata }: ModelHeader): Uint8Array {
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: 'fsad',
      docString: description,
      opsetImport: [{ domain: '', version: OPSET }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
    });
  }

  #name(kind: string): Value {
    return `${kind}_${this.#count++}`;
  }
}

function encodeAttribute(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, i: value, type: attributeCodes.int };
  if ('float' in value) return { name, f: value.float, type: attributeCodes.float };
  return { name, ints: [...value], type: attributeCodes.ints };
}

function elementType(values: Values): ElementType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Float64Array) return 'float64';
  return values instanceof BigInt64Array ? 'int64' : 'bool';
}

/** Raw data is little-endian, as every machine that runs this keeps it. */
function initializer(name: string, shape: readonly number[], values: Values): object {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims: [...shape], dataType: elementCodes[elementType(values)], rawData };
}

function valueInfo(
  name: string,
  type: ElementType,
  shape: readonly (number | string)[],
  docString: string,
): object {
  const dim = shape.map((side) => (typeof side === 'number' ? { dimValue: side } : { dimParam: side }));
  return { name, docString, type: { tensorType: { elemType: elementCodes[type], shape: { dim } } } };
}
