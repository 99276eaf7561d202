import * as tf from '@tensorflow/tfjs-core';
import { tensor, type Tensor } from '../tensor.ts';

/** TensorFlow.js variables by the names they have in files. */
export type Variables = ReadonlyMap<string, tf.Variable>;

/** Variables with these values, to be disposed by the caller. `trainable` decides whether gradients reach them. */
export function createVariables(
  values: ReadonlyMap<string, Tensor>,
  trainable = true,
): Map<string, tf.Variable> {
  return new Map(
    [...values].map(([name, { shape, data }]) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(data, [...shape]), trainable)),
    ]),
  );
}

/** The variables' present values, for `encodeSafetensors` or `writeVariables`. */
export async function readVariables(variables: Variables): Promise<Map<string, Tensor>> {
  const values = new Map<string, Tensor>();
  for (const [name, variable] of variables) {
    values.set(name, tensor(variable.shape, Float32Array.from(await variable.data())));
  }
  return values;
}

/**
 * Gives every variable its value in `values`.
 * @throws Error naming `origin` and a missing, additional or wrongly shaped tensor; nothing is assigned then.
 */
export function writeVariables(
  variables: Variables,
  values: ReadonlyMap<string, Tensor>,
  origin: string,
): void {
  for (const [name, { shape }] of variables) {
    const value = values.get(name);
    if (value === undefined) throw new Error(`${origin}: tensor ${name} is missing`);
    if (value.shape.join() !== shape.join()) {
      throw new Error(
        `${origin}: tensor ${name} has shape [${value.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
  }
  for (const name of values.keys()) {
    if (!variables.has(name)) throw new Error(`${origin}: tensor ${name} does not belong there`);
  }
  for (const [name, variable] of variables) {
    const { shape, data } = values.get(name)!;
    tf.tidy(() => variable.assign(tf.tensor(data, [...shape])));
  }
}

/** Disposes every variable. */
export function disposeVariables(variables: Variables): void {
  for (const variable of variables.values()) variable.dispose();
}
