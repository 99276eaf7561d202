import { tensor, type Tensor } from '@fsad/tensors';
import type { Batch, Canvas, CanvasWindow, Engine, NetworkSpec } from '../src/engine.ts';
import { copiesBatch, forwardFlops, PUBLISHED_ADAM, publishedState, stepFlops } from '../src/measure.ts';
import type { TorchStep } from './torch.ts';

/** Something to time. `open` prepares it and gives the function that does it once. */
export interface Case {
  readonly name: string;
  /** Nominal floating point operations: those of separate copies, direct convolution. */
  readonly flops: number;
  /** Part of `--quick`. */
  readonly quick: boolean;
  readonly torch: TorchStep | null;
  readonly open: (engine: Engine) => Promise<{ run: () => Promise<void>; close: () => void }>;
}

/** One scale of a preset's training: side, width, copies and padding. */
interface Scale {
  readonly side: number;
  readonly width: number;
  readonly padding: 'same' | 'valid';
  readonly shared: boolean;
  /** 54 transformations of RGB images, 42 of grey ones. */
  readonly copies: 54 | 42;
}

const CHANNELS = 3;

const official = [26, 32, 41, 51, 64].map((side): Scale => {
  return { side, width: side === 64 ? 64 : 32, padding: 'valid', shared: false, copies: 54 };
});
const paper = [21, 27, 36, 48, 64].map((side): Scale => {
  return { side, width: side === 64 ? 64 : 32, padding: 'same', shared: false, copies: 54 };
});
const fast = official.map((scale): Scale => ({ ...scale, shared: true }));
const grey = (scales: readonly Scale[]): Scale[] => scales.map((scale): Scale => ({ ...scale, copies: 42 }));

/** Whole iterations with separate copies and with shared ones. */
const SHARING: readonly (readonly [name: string, scales: readonly Scale[]])[] = [
  ['official', official],
  ['fast with five scales', fast],
  ['fast', fast.slice(0, 3)],
  ['official, grey', grey(official)],
  ['fast with five scales, grey', grey(fast)],
  ['fast, grey', grey(fast).slice(0, 3)],
];

/** Everything `npm run bench` times. */
export const CASES: readonly Case[] = [
  discriminatorStep({ side: 64, width: 32, padding: 'same', shared: false, copies: 54 }, true),
  ...official.map((scale) => discriminatorStep(scale, false)),
  discriminatorStep(fast[4], false),
  generatorStep(official[0]),
  generatorStep(official[4]),
  scoring(official[0]),
  scoring(official[4]),
  scoring(fast[4]),
  scoring(grey(official)[4]),
  scoring(grey(fast)[4]),
  iteration('paper', paper),
  ...SHARING.map(([name, scales]) => iteration(name, scales)),
  // What `fast` does in four of five iterations.
  ...SHARING.map(([name, scales]) => realSteps(name, scales)),
];

function discriminatorSpec({ width, padding, copies }: Scale): NetworkSpec {
  return { inputChannels: CHANNELS, width, outputChannels: copies + 1, padding };
}

function generatorSpec({ width, padding }: Scale): NetworkSpec {
  return { inputChannels: CHANNELS + 1, width, outputChannels: CHANNELS, padding };
}

/** The picture a generator reads: padded by 5 where its convolutions are not. */
function generatorSide({ side, padding }: Scale): number {
  return padding === 'valid' ? side + 10 : side;
}

function batchOf(scale: Scale): Batch {
  return scale.shared
    ? sharedCopies(scale.side, scale.copies)
    : copiesBatch(1, scale.side, CHANNELS, scale.copies);
}

function nameOf(what: string, { side, width, padding, shared, copies }: Scale): string {
  const default64 = width === 32 && padding === 'same' && !shared;
  return `${what}/${side}x${side}/width-${width}${default64 ? '' : `/${padding}`}${shared ? '/canvases' : ''}${copies === 42 ? '/grey' : ''}`;
}

function discriminatorStep(scale: Scale, quick: boolean): Case {
  const { side, width, padding, copies } = scale;
  const torch: TorchStep = {
    kind: 'discriminator',
    pictures: copies,
    side,
    input: CHANNELS,
    width,
    outputs: copies + 1,
    padding,
  };
  return {
    name: nameOf('discriminator-step', scale),
    flops: stepFlops(discriminatorSpec(scale), copies, side),
    quick,
    torch,
    async open(engine) {
      const spec = discriminatorSpec(scale);
      const network = await engine.createDiscriminator(spec, publishedState(spec));
      const batch = batchOf(scale);
      const run = async (): Promise<void> => void (await network.step(batch, null, PUBLISHED_ADAM));
      return { run, close: () => network.dispose() };
    },
  };
}

function generatorStep(scale: Scale): Case {
  const spec = generatorSpec(scale);
  const side = generatorSide(scale);
  return {
    name: nameOf('generator-step', scale),
    flops: stepFlops(spec, 1, side),
    quick: false,
    torch: {
      kind: 'generator',
      pictures: 1,
      side,
      input: spec.inputChannels,
      width: scale.width,
      outputs: CHANNELS,
      padding: scale.padding,
    },
    async open(engine) {
      const network = await engine.createGenerator(spec, publishedState(spec));
      const input = noise(side, spec.inputChannels);
      const run = async (): Promise<void> => {
        const output = await network.forward(input, 'recorded');
        await network.step([output], PUBLISHED_ADAM);
      };
      return { run, close: () => network.dispose() };
    },
  };
}

function scoring(scale: Scale): Case {
  const spec = discriminatorSpec(scale);
  return {
    name: nameOf('score', scale),
    flops: forwardFlops(spec, scale.copies, scale.side),
    quick: false,
    torch: null,
    async open(engine) {
      const network = await engine.createDiscriminator(spec, publishedState(spec));
      const batch = batchOf(scale);
      const run = async (): Promise<void> => void (await network.score(batch, scale.copies));
      return { run, close: () => network.dispose() };
    },
  };
}

/**
 * The networks' part of one training iteration over all scales of a preset: at each, three discriminator steps on a real and a fake
 * batch with a generator forward each, and three generator steps on the discriminator's input gradient and a reconstruction.
 */
function iteration(preset: string, scales: readonly Scale[]): Case {
  const flops = scales.reduce((sum, scale) => {
    const discriminator = stepFlops(discriminatorSpec(scale), scale.copies, scale.side);
    const generator = stepFlops(generatorSpec(scale), 1, generatorSide(scale));
    return sum + 3 * (2 * discriminator + generator / 3) + 3 * (discriminator + 2 * generator);
  }, 0);
  return {
    name: `iteration/${preset}`,
    flops,
    quick: false,
    torch: null,
    async open(engine) {
      const parts = await Promise.all(scales.map((scale) => openScale(engine, scale)));
      const run = async (): Promise<void> => {
        for (const part of parts) await part.run();
      };
      return { run, close: () => parts.forEach((part) => part.close()) };
    },
  };
}

/** The networks' part of an iteration in which the generator takes no part: three discriminator steps on the real batch at every scale. */
function realSteps(preset: string, scales: readonly Scale[]): Case {
  return {
    name: `iteration-without-generator/${preset}`,
    flops: scales.reduce(
      (sum, scale) => sum + 3 * stepFlops(discriminatorSpec(scale), scale.copies, scale.side),
      0,
    ),
    quick: false,
    torch: null,
    async open(engine) {
      const parts = await Promise.all(
        scales.map(async (scale) => {
          const spec = discriminatorSpec(scale);
          const network = await engine.createDiscriminator(spec, publishedState(spec));
          return { network, batch: batchOf(scale) };
        }),
      );
      const run = async (): Promise<void> => {
        for (const { network, batch } of parts) {
          for (let i = 0; i < 3; i++) await network.step(batch, null, PUBLISHED_ADAM);
        }
      };
      return { run, close: () => parts.forEach(({ network }) => network.dispose()) };
    },
  };
}

async function openScale(
  engine: Engine,
  scale: Scale,
): Promise<{ run: () => Promise<void>; close: () => void }> {
  const [spec, generatorsSpec] = [discriminatorSpec(scale), generatorSpec(scale)];
  const discriminator = await engine.createDiscriminator(spec, publishedState(spec));
  const generator = await engine.createGenerator(generatorsSpec, publishedState(generatorsSpec));
  const batch = batchOf(scale);
  const input = noise(generatorSide(scale), generatorsSpec.inputChannels);
  const run = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await generator.forward(input, 'trained');
      await discriminator.step(batch, batch, PUBLISHED_ADAM);
    }
    for (let i = 0; i < 3; i++) {
      const outputs = [
        await generator.forward(input, 'recorded'),
        await generator.forward(input, 'recorded'),
      ];
      await discriminator.inputGradient(batch);
      await generator.step(outputs, PUBLISHED_ADAM);
    }
  };
  const close = (): void => {
    discriminator.dispose();
    generator.dispose();
  };
  return { run, close };
}

function noise(side: number, channels: number): Tensor {
  const [{ images }] = copiesBatch(1, side, channels, 1).canvases;
  return tensor([1, side, side, channels], images);
}

/** The copies as windows on canvases: two large ones, six rotated ones and, of the 54 alone, eight without colour. */
export function sharedCopies(side: number, copies: 54 | 42): Batch {
  const shift = Math.trunc(0.15 * side);
  const offsets = [0, shift, 2 * shift];
  let label = 0;
  const window = (top: number, left: number): CanvasWindow => ({ top, left, label: label++ });
  const canvas = (size: number, windows: readonly CanvasWindow[]): Canvas => {
    const [{ images }] = copiesBatch(1, size, CHANNELS, 1).canvases;
    return { images, height: size, width: size, windows };
  };
  const grid = (steps: readonly number[]): CanvasWindow[] =>
    steps.flatMap((top) => steps.map((left) => window(top, left)));
  const large = [0, 1].map(() => canvas(side + 2 * shift, grid(offsets)));
  const rotated = Array.from({ length: 6 }, () => canvas(side + shift, grid(offsets.slice(0, 2))));
  const cross = [
    [shift, shift],
    [0, shift],
    [2 * shift, shift],
    [shift, 0],
    [shift, 2 * shift],
  ].map(([top, left]) => window(top, left));
  const coloured = [...large, ...rotated];
  if (copies === 42) return { count: 1, side, channels: CHANNELS, canvases: coloured };
  const colourless = Array.from({ length: 7 }, () => canvas(side, [window(0, 0)]));
  const canvases = [...coloured, ...colourless, canvas(side + 2 * shift, cross)];
  return { count: 1, side, channels: CHANNELS, canvases };
}
