import { sizeOf, type Tensor } from './tensor.ts';

/**
 * Arrays that one step after another writes into, so that a training does not allocate them anew. There is one a name and length, for whoever asks
 * for it, so what was written there lasts until somebody does again.
 */
export class Workspace {
  readonly #arrays = new Map<string, Float32Array>();

  /** `length` numbers whose values nobody knows. */
  array(name: string, length: number): Float32Array {
    const key = `${length} ${name}`;
    const found = this.#arrays.get(key);
    if (found) return found;
    const array = new Float32Array(length);
    this.#arrays.set(key, array);
    return array;
  }

  /** A tensor whose values nobody knows. */
  tensor(name: string, shape: readonly number[]): Tensor {
    return { shape: [...shape], data: this.array(name, sizeOf(shape)) };
  }
}
