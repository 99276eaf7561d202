import * as tf from '@tensorflow/tfjs-core';

type Kind = 'TYPE' | 'FLOAT' | 'BOOL' | 'STRING';

/** Attributes of a TensorFlow operation: kind and value; a type is named as in TensorFlow's C interface (`TF_FLOAT`). */
export type Attributes = Readonly<Record<string, readonly [Kind, unknown]>>;

/** What of the binding's backend is used here. */
interface NodeBackend {
  readonly binding: Readonly<Record<string, number>>;
  executeMultipleOutputs(
    name: string,
    attributes: readonly { readonly name: string; readonly type: number; readonly value: unknown }[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

/**
 * Runs any operation of TensorFlow by name; the backend must be `tensorflow`. The outputs belong to the surrounding `tf.tidy`; no gradient
 * is recorded.
 */
export function executeTensorflow(
  name: string,
  inputs: readonly tf.Tensor[],
  outputs: number,
  attributes: Attributes,
): tf.Tensor[] {
  const backend = tf.backend() as unknown as NodeBackend;
  const list = Object.entries(attributes).map(([key, [kind, value]]) => {
    const type = backend.binding[`TF_ATTR_${kind}`];
    return { name: key, type, value: kind === 'TYPE' ? backend.binding[value as string] : value };
  });
  return backend.executeMultipleOutputs(name, list, inputs, outputs);
}
