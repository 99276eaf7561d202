import type { NetworkSpec } from './engine.ts';

/** Convolutions of the network; all but the last are followed by batch normalisation and LeakyReLU. */
export const BLOCKS = 5;

/** Pixels that one output sees along each axis (Sec. 3.4). */
export const RECEPTIVE_FIELD = 2 * BLOCKS + 1;

/** Constants every engine shares: PyTorch's defaults for batch normalisation, and the slope of LeakyReLU. */
export const NORM_EPSILON = 1e-5;
export const NORM_MOMENTUM = 0.1;
export const LEAKY_SLOPE = 0.2;

/** Channels that block `block` reads and writes. */
export function blockChannels(spec: NetworkSpec, block: number): { input: number; output: number } {
  return {
    input: block === 0 ? spec.inputChannels : spec.width,
    output: block === BLOCKS - 1 ? spec.outputChannels : spec.width,
  };
}

/** Name and shape of every trainable tensor, in the order of the forward pass. */
export function trainableShapes(spec: NetworkSpec): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  for (let block = 0; block < BLOCKS; block++) {
    const { input, output } = blockChannels(spec, block);
    shapes.set(`block${block}.conv.weight`, [3, 3, input, output]);
    shapes.set(`block${block}.conv.bias`, [output]);
    if (block < BLOCKS - 1) {
      shapes.set(`block${block}.norm.weight`, [output]);
      shapes.set(`block${block}.norm.bias`, [output]);
    }
  }
  return shapes;
}

/** Name and shape of the running statistics. */
export function runningShapes(spec: NetworkSpec): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  for (let block = 0; block < BLOCKS - 1; block++) {
    shapes.set(`block${block}.norm.runningMean`, [spec.width]);
    shapes.set(`block${block}.norm.runningVariance`, [spec.width]);
  }
  return shapes;
}

/** Pixels a map of `side` has left after `layers` convolutions. */
export function sideAfter(spec: NetworkSpec, side: number, layers: number): number {
  return spec.padding === 'valid' ? side - 2 * layers : side;
}

/** Pixels a network without padding takes from each side of a picture: the frame its input needs for an output of the picture's size. */
export function frameOf({ padding }: Pick<NetworkSpec, 'padding'>): number {
  return padding === 'valid' ? BLOCKS : 0;
}

/** H, the side of the patch map of a copy of side S. */
export function patchSide(spec: Pick<NetworkSpec, 'padding'>, side: number): number {
  return side - 2 * frameOf(spec);
}
