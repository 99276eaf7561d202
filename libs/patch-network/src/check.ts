import { sizeOf, type Tensor } from '@fsad/tensors';
import type { AdamSettings, Batch, Canvas, NetworkSpec, NetworkState } from './engine.ts';
import { BLOCKS, runningShapes, sideAfter, trainableShapes } from './layout.ts';

/*
 * What callers hand in is theirs: they may change it as soon as a call has returned. So what a call needs later is read once, checked, and kept as it was read;
 * only the values of pictures are left where they are, for the caller of these functions to take in the same breath.
 */

/** A copy of the spec that nobody can change. @throws RangeError when a number of it is no positive integer or the padding is unknown. */
export function takeSpec({ inputChannels, width, outputChannels, padding }: NetworkSpec): NetworkSpec {
  const spec = Object.freeze({ inputChannels, width, outputChannels, padding });
  for (const key of ['inputChannels', 'width', 'outputChannels'] as const) {
    if (!isPositive(spec[key]))
      throw new RangeError(`a patch network needs ${key} of at least 1, got ${spec[key]}`);
  }
  if (spec.padding !== 'valid' && spec.padding !== 'same') {
    throw new RangeError(`padding is 'valid' or 'same', got '${String(spec.padding)}'`);
  }
  return spec;
}

/** A copy of Adam's settings. @throws RangeError when one is no finite number. */
export function takeAdam({ learningRate, beta1, beta2, epsilon }: AdamSettings): AdamSettings {
  const adam = { learningRate, beta1, beta2, epsilon };
  for (const [name, value] of Object.entries(adam)) {
    if (!Number.isFinite(value)) throw new RangeError(`Adam's ${name} is ${value}, no finite number`);
  }
  return adam;
}

/** A tensor with a shape of its own. @throws TypeError unless its values are single precision; RangeError unless they are as many as its shape holds. */
export function takeTensor(what: string, { shape: given, data }: Tensor): Tensor {
  const shape = [...given];
  requireSingle(what, data);
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(
      `${what} of shape [${shape.join(', ')}] needs ${sizeOf(shape)} values, got ${data.length}`,
    );
  }
  return { shape, data };
}

function requireSingle(what: string, data: Float32Array): void {
  if (data instanceof Float32Array) return;
  const type = (data as object | null | undefined)?.constructor?.name ?? typeof data;
  throw new TypeError(`${what} needs its values in a Float32Array, got ${type}`);
}

/**
 * Checks a state against its spec.
 * @returns whether the state holds Adam's moments.
 * @throws Error naming a missing, additional or wrongly shaped tensor.
 */
export function checkState(spec: NetworkSpec, state: NetworkState): boolean {
  const trainable = trainableShapes(spec);
  const expected = new Map([...trainable, ...runningShapes(spec)]);
  const resumed = [...state.keys()].some((name) => name.startsWith('adam.'));
  if (resumed) {
    for (const moment of ['m', 'v']) {
      for (const [name, shape] of trainable) expected.set(`adam.${moment}.${name}`, shape);
    }
    expected.set('adam.step', [1]);
  }
  for (const [name, shape] of expected) {
    const found = state.get(name);
    if (found === undefined) throw new Error(`network state: tensor ${name} is missing`);
    requireSingle(`network state: tensor ${name}`, found.data);
    const fits =
      found.shape.length === shape.length && found.shape.every((side, axis) => side === shape[axis]);
    if (!fits || found.data.length !== sizeOf(shape)) {
      throw new Error(
        `network state: tensor ${name} has shape [${found.shape.join(', ')}], not [${shape.join(', ')}]`,
      );
    }
  }
  for (const name of state.keys()) {
    if (!expected.has(name)) throw new Error(`network state: tensor ${name} does not belong to this network`);
  }
  return resumed;
}

/** A copy of a state. @throws Error naming a missing, additional or wrongly shaped tensor. */
export function copyState(spec: NetworkSpec, state: NetworkState): NetworkState {
  checkState(spec, state);
  return new Map(
    [...state].map(([name, { shape, data }]) => [name, { shape: [...shape], data: data.slice() }]),
  );
}

/**
 * The batch with a description of its own; the arrays of its pictures are the caller's.
 * @throws RangeError when a label is no output channel, a window leaves its canvas, or a shape does not fit; TypeError when pictures are not in single precision.
 */
export function takeBatch(spec: NetworkSpec, { count, side, channels, canvases }: Batch): Batch {
  const batch = {
    count,
    side,
    channels,
    canvases: canvases.map(({ images, height, width, windows }): Canvas => {
      return {
        images,
        height,
        width,
        windows: windows.map(({ top, left, label }) => ({ top, left, label })),
      };
    }),
  };
  checkBatch(spec, batch);
  return batch;
}

/** `takeBatch` with copies of the pictures, for who needs them later. */
export function copyBatch(spec: NetworkSpec, batch: Batch): Batch {
  const taken = takeBatch(spec, batch);
  const canvases = taken.canvases.map((canvas) => ({ ...canvas, images: canvas.images.slice() }));
  return { ...taken, canvases };
}

function checkBatch(spec: NetworkSpec, batch: Batch): void {
  if (!isPositive(batch.count)) throw new RangeError(`a batch holds at least 1 image, got ${batch.count}`);
  if (batch.channels !== spec.inputChannels) {
    throw new RangeError(`the batch has ${batch.channels} channels, the network reads ${spec.inputChannels}`);
  }
  if (!leavesPatches(spec, batch.side)) {
    throw new RangeError(`windows of side ${batch.side} leave no patch (padding '${spec.padding}')`);
  }
  if (batch.canvases.length === 0) throw new RangeError('a batch needs at least one canvas');
  batch.canvases.forEach((canvas, index) => {
    const { height, width, images, windows } = canvas;
    const what = `canvas ${index}`;
    if (!isPositive(height) || !isPositive(width))
      throw new RangeError(`${what} has no pixels: ${height} x ${width}`);
    requireSingle(what, images);
    const expected = batch.count * height * width * batch.channels;
    if (images.length !== expected) {
      const shape = [batch.count, height, width, batch.channels].join(', ');
      throw new RangeError(`${what} of shape [${shape}] needs ${expected} values, got ${images.length}`);
    }
    if (windows.length === 0) throw new RangeError(`${what} has no window`);
    if (spec.padding === 'same' && (windows.length > 1 || height !== batch.side || width !== batch.side)) {
      throw new RangeError(`${what}: padding 'same' takes only canvases that are one window`);
    }
    for (const { top, left, label } of windows) {
      if (!Number.isInteger(label) || label < 0 || label >= spec.outputChannels) {
        throw new RangeError(`${what}: label ${label} is none of the ${spec.outputChannels} output channels`);
      }
      const inside = (from: number, size: number): boolean =>
        Number.isInteger(from) && from >= 0 && from + batch.side <= size;
      if (!inside(top, height) || !inside(left, width)) {
        throw new RangeError(
          `${what} of ${height} x ${width}: a window of side ${batch.side} at (${top}, ${left}) leaves it`,
        );
      }
    }
  });
}

/** @throws RangeError when the label left out is no output channel or is a window's own label. */
export function checkExcludedLabel(spec: NetworkSpec, batch: Batch, excludedLabel: number | null): void {
  if (excludedLabel === null) return;
  if (!Number.isInteger(excludedLabel) || excludedLabel < 0 || excludedLabel >= spec.outputChannels) {
    throw new RangeError(
      `excluded label ${excludedLabel} is none of the ${spec.outputChannels} output channels`,
    );
  }
  if (batch.canvases.some(({ windows }) => windows.some(({ label }) => label === excludedLabel))) {
    throw new RangeError(`label ${excludedLabel} is excluded and at the same time the label of a window`);
  }
}

/** The generator's input with a shape of its own. @throws RangeError when it is no [n, h, w, inputChannels] large enough for one output pixel. */
export function takeGeneratorInput(spec: NetworkSpec, given: Tensor): Tensor {
  const input = takeTensor("the generator's input", given);
  const [count, height, width, channels] = input.shape;
  const fits =
    input.shape.length === 4 &&
    channels === spec.inputChannels &&
    isPositive(count) &&
    leavesPatches(spec, height) &&
    leavesPatches(spec, width);
  if (!fits) {
    throw new RangeError(
      `the generator reads [n, h, w, ${spec.inputChannels}] with padding '${spec.padding}', got [${input.shape.join(', ')}]`,
    );
  }
  return input;
}

/** @throws RangeError when `mode` is none of those of the network. */
export function requireMode(mode: string, modes: readonly string[]): void {
  if (!modes.includes(mode)) throw new RangeError(`mode is one of ${modes.join(', ')}, got '${mode}'`);
}

/**
 * @throws Error when the number of gradients is not that of the recorded forwards.
 * @throws RangeError when one is not shaped as its output.
 */
export function checkOutputGradients(
  gradients: readonly { readonly shape: readonly number[] }[],
  recorded: readonly { readonly shape: readonly number[] }[],
): void {
  if (gradients.length !== recorded.length) {
    throw new Error(
      `${recorded.length} forwards were recorded since the last step, got ${gradients.length} gradients`,
    );
  }
  if (recorded.length === 0) throw new Error('a generator step needs at least one recorded forward');
  gradients.forEach(({ shape }, index) => {
    const expected = recorded[index].shape;
    const fits = shape.length === expected.length && shape.every((side, axis) => side === expected[axis]);
    if (!fits) {
      throw new RangeError(
        `gradient ${index} has shape [${shape.join(', ')}], its output [${expected.join(', ')}]`,
      );
    }
  });
}

/** Batch statistics need at least two positions, which padding `same` does not ensure by itself. */
function leavesPatches(spec: NetworkSpec, side: number): boolean {
  return isPositive(side) && sideAfter(spec, side, BLOCKS) >= 1 && side >= 2;
}

function isPositive(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}
