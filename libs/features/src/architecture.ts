/** One inverted residual block: widen by 1x1 filters, filter each channel alone, narrow by 1x1 filters. */
export interface Block {
  readonly input: number;
  readonly output: number;
  /** Channels inside are `input` times this; at 1 nothing is widened. */
  readonly expansion: number;
  /** Side of the filters. */
  readonly side: 3 | 5;
  readonly stride: 1 | 2;
}

/** Channels after the stem, a 3x3 convolution of stride 2. */
export const stemChannels = 32;

/** Stages of EfficientNet-Lite0: repetitions, then the block; later repetitions have stride 1 and the output's channels. */
const stages: readonly (readonly [repetitions: number, first: Block])[] = [
  [1, { input: 32, output: 16, expansion: 1, side: 3, stride: 1 }],
  [2, { input: 16, output: 24, expansion: 6, side: 3, stride: 2 }],
  [2, { input: 24, output: 40, expansion: 6, side: 5, stride: 2 }],
  [3, { input: 40, output: 80, expansion: 6, side: 3, stride: 2 }],
  [3, { input: 80, output: 112, expansion: 6, side: 5, stride: 1 }],
  [4, { input: 112, output: 192, expansion: 6, side: 5, stride: 2 }],
  [1, { input: 192, output: 320, expansion: 6, side: 3, stride: 1 }],
];

/**
 * The 16 blocks of EfficientNet-Lite0 (Tan and Le, ICML 2019, Table 1, without squeeze-and-excitation and with ReLU6), counted from 0. The classifier
 * and the 1x1 convolution before it are left out.
 */
export const blocks: readonly Block[] = stages.flatMap(([repetitions, first]) =>
  Array.from({ length: repetitions }, (_, i) =>
    i === 0 ? first : { ...first, input: first.output, stride: 1 as const },
  ),
);

/** Pixels between neighbouring places of block `index`'s output. */
export function strideOf(index: number): number {
  return blocks.slice(0, index + 1).reduce((stride, block) => stride * block.stride, 2);
}
