import protobuf from 'protobufjs/light.js';

const { Type, Field, Root } = protobuf;

function message(name: string, fields: Readonly<Record<string, readonly [id: number, type: string]>>) {
  const type = new Type(name);
  for (const [field, [id, kind]] of Object.entries(fields)) {
    const repeated = kind.endsWith('[]');
    type.add(new Field(field, id, repeated ? kind.slice(0, -2) : kind, repeated ? 'repeated' : 'optional'));
  }
  return type;
}

/** The fields of ONNX's published protobuf schema (onnx.proto, IR version 8) that are written here. */
const root = new Root();
for (const type of [
  message('ModelProto', {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    docString: [6, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto[]'],
    metadataProps: [14, 'StringStringEntryProto[]'],
  }),
  message('OperatorSetIdProto', { domain: [1, 'string'], version: [2, 'int64'] }),
  message('StringStringEntryProto', { key: [1, 'string'], value: [2, 'string'] }),
  message('GraphProto', {
    node: [1, 'NodeProto[]'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto[]'],
    input: [11, 'ValueInfoProto[]'],
    output: [12, 'ValueInfoProto[]'],
  }),
  message('NodeProto', {
    input: [1, 'string[]'],
    output: [2, 'string[]'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto[]'],
  }),
  message('AttributeProto', {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    ints: [8, 'int64[]'],
    type: [20, 'int32'],
  }),
  message('TensorProto', {
    dims: [1, 'int64[]'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
  }),
  message('ValueInfoProto', { name: [1, 'string'], type: [2, 'TypeProto'], docString: [3, 'string'] }),
  message('TypeProto', { tensorType: [1, 'TensorTypeProto'] }),
  message('TensorTypeProto', { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] }),
  message('TensorShapeProto', { dim: [1, 'DimensionProto[]'] }),
  message('DimensionProto', { dimValue: [1, 'int64'], dimParam: [2, 'string'] }),
]) {
  root.add(type);
}

/** Encodes a `ModelProto` of these fields. */
export function encodeModel(model: object): Uint8Array {
  return root.lookupType('ModelProto').encode(model).finish();
}
