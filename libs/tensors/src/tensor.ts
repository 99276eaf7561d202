/** A dense row-major float32 tensor. Images are NHWC in [-1, 1], filters HWIO. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Number of entries a shape holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** @throws Error naming `origin` and the first tensor that holds something else than finite numbers. */
export function requireFinite(tensors: ReadonlyMap<string, Tensor>, origin: string): void {
  for (const [name, { data }] of tensors) {
    let at = 0;
    while (at < data.length && Number.isFinite(data[at])) at++;
    if (at < data.length) {
      throw new Error(
        `${origin}: tensor ${name} holds ${data[at]} where a finite number is needed; the training diverged or the file was edited, so train again`,
      );
    }
  }
}

/**
 * Wraps `data` (zeros when left out) as a tensor.
 * @throws RangeError when the data's length is not the product of the shape.
 */
export function tensor(
  shape: readonly number[],
  data: Float32Array = new Float32Array(sizeOf(shape)),
): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`shape [${shape.join(', ')}] needs ${sizeOf(shape)} values, got ${data.length}`);
  }
  return { shape: [...shape], data };
}
