import { transformationTask } from '@fsad/discriminator';
import type { GeneratorScale } from '@fsad/generator';
import { channelsLast, type Engine, type NetworkSpec, type NetworkState } from '@fsad/patch-network';
import { trainingPyramid, type PyramidSettings } from '@fsad/pyramid';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import { planCopies } from '@fsad/transforms';
import type { HtdgConfig } from '../config.ts';
import { broadcast, type NoiseSource } from '../noise.ts';
import { presets } from '../presets.ts';
import { prepareScale, type IterationLosses } from '../train-scale.ts';
import { hierarchyOf } from '../trainer.ts';
import { largestDifference, type FixtureCheck } from './check.ts';
import {
  meaningfulParameters,
  note,
  readFixture,
  stored,
  storedImages,
  storedNetwork,
  storedPictures,
  storedTransforms,
  type Fixture,
} from './fixture.ts';

const FIRST_LOSS_TOLERANCE = 1e-3;
const LATER_LOSS_TOLERANCE = 3e-2;
const WEIGHT_TOLERANCE = 3e-3;
const PYRAMID_TOLERANCE = 1e-6;
const AMPLITUDE_TOLERANCE = 1e-4;

/** One stored event: a noise draw, the begin of a scale, a loss. */
type Event =
  | readonly ['noise', number, readonly number[]]
  | readonly ['scale', number]
  | readonly ['loss', number, string];

/**
 * Replays a complete small training, scale by scale: each from its stored start, fed by the stored lower scales and the stored noise. Compares the
 * images, the noise amplitudes, every loss and the weights after the last iteration.
 */
export async function verifyTrace(path: string, engine: Engine): Promise<FixtureCheck[]> {
  const fixture = await readFixture(path);
  const trace = readTrace(fixture);
  const checks = [verifyImages(fixture, trace)];
  const lower: GeneratorScale[] = [];
  let losses = 0;
  for (const n of trace.config.pyramid.sizes.keys()) {
    const replay = await replayScale(engine, fixture, trace, n, lower);
    const expected = trace.losses.slice(losses, losses + replay.losses.length);
    losses += expected.length;
    checks.push(...compareScale(fixture, trace, n, replay, expected));
    lower.push(await storedScale(engine, fixture, trace, n));
  }
  for (const { network } of lower) network.dispose();
  return checks;
}

interface Trace {
  readonly config: HtdgConfig;
  readonly count: number;
  readonly iterations: number;
  readonly losses: readonly number[];
  /** Noise draws of each scale, in order. */
  readonly draws: readonly (readonly Tensor[])[];
  /** [image][scale] */
  readonly amplitudes: readonly (readonly number[])[];
}

interface Replay {
  readonly losses: readonly number[];
  readonly amplitudes: Float32Array;
  readonly discriminator: { readonly spec: NetworkSpec; readonly state: NetworkState };
  readonly generator: { readonly spec: NetworkSpec; readonly state: NetworkState };
}

function readTrace(fixture: Fixture): Trace {
  const parse = <T>(name: string): T => JSON.parse(note(fixture, name)) as T;
  const sizes = parse<[number, number][]>('sizes').map(([side]) => side);
  const [{ width: inputSide }] = storedPictures(fixture, 'image.0.u8_hwc');
  const { official } = presets;
  const config: HtdgConfig = {
    ...official,
    pyramid: {
      ...official.pyramid,
      sizes,
      inputSide,
      scaleFactor: Number(note(fixture, 'scale_factor')),
      equalise: 'none',
    },
    network: { ...official.network, widths: parse<number[]>('widths') },
  };
  // A scale's fixed noise is drawn before the event that says it begins.
  const draws: Tensor[][] = sizes.map(() => []);
  let n = -1;
  let pending: Tensor[] = [];
  for (const event of parse<Event[]>('events')) {
    if (event[0] === 'noise') pending.push(storedNoise(fixture, event[1]));
    if (event[0] !== 'scale') continue;
    const fixed = pending.pop()!;
    if (n >= 0) draws[n] = pending;
    n = event[1];
    pending = [fixed];
  }
  draws[n] = pending;
  const amplitudes = Object.values(parse<Record<string, number[]>>('noise_amplitude'));
  return {
    config,
    count: amplitudes.length,
    iterations: Number(note(fixture, 'iterations_per_scale')),
    losses: parse<[string, number][]>('losses').map(([, value]) => value),
    draws,
    amplitudes,
  };
}

function storedNoise(fixture: Fixture, number: number): Tensor {
  return channelsLast(stored(fixture, `noise.${String(number).padStart(4, '0')}`));
}

function storedReals(fixture: Fixture, n: number, count: number): Tensor {
  const images = Array.from({ length: count }, (_, i) => storedImages(fixture, `scale${n}.real.${i}`));
  const [, side, , channels] = images[0].shape;
  const result = tensor([count, side, side, channels]);
  for (const [i, { data }] of images.entries()) result.data.set(data, i * data.length);
  return result;
}

function verifyImages(fixture: Fixture, { config, count }: Trace): FixtureCheck {
  const pictures = Array.from({ length: count }, (_, i) => storedPictures(fixture, `image.${i}.u8_hwc`)[0]);
  const settings: PyramidSettings = config.pyramid;
  const errors = trainingPyramid(pictures, settings).map((level, n) =>
    largestDifference(level.data, storedReals(fixture, n, count).data),
  );
  return {
    file: fixture.file,
    quantity: 'images of all scales',
    largestError: Math.max(...errors),
    tolerance: PYRAMID_TOLERANCE,
  };
}

async function replayScale(
  engine: Engine,
  fixture: Fixture,
  trace: Trace,
  n: number,
  lowerScales: readonly GeneratorScale[],
): Promise<Replay> {
  const { config, iterations } = trace;
  const startD = storedNetwork(fixture, `scale${n}.D.before`);
  const startG = storedNetwork(fixture, `scale${n}.G.before`);
  const discriminator = await engine.createDiscriminator(startD.spec, startD.state);
  const generator = await engine.createGenerator(startG.spec, startG.state);
  try {
    const lower = hierarchyOf(config, lowerScales);
    const plan = planCopies(storedTransforms(fixture), config.pyramid.sizes[n], 'official', 'separate');
    const { trained, iterate } = prepareScale({
      n,
      real: storedReals(fixture, n, trace.count),
      lower,
      lowerReconstruction: n === 0 ? null : lower.upsample((await lower.reconstruct())[n - 1], n),
      generator,
      discriminator,
      task: transformationTask(plan, config.fakeClass),
      noise: replayedNoise(trace.draws[n]),
      config,
      iterations,
    });
    const losses: number[] = [];
    for (let i = 0; i < iterations; i++) losses.push(...inOrder(await iterate(i)));
    return {
      losses,
      amplitudes: trained!.amplitudes,
      discriminator: { spec: startD.spec, state: await discriminator.exportState() },
      generator: { spec: startG.spec, state: await generator.exportState() },
    };
  } finally {
    discriminator.dispose();
    generator.dispose();
  }
}

/** The losses of an iteration as the published code met them. */
function inOrder({ real, fake, adversarial }: IterationLosses): number[] {
  return [...real.flatMap((loss, step) => [loss, fake[step]]), ...adversarial];
}

/** Hands out stored draws in order. */
function replayedNoise(draws: readonly Tensor[]): NoiseSource {
  let next = 0;
  return {
    normal(name, shape) {
      const draw = draws[next++];
      if (draw?.shape.join() !== shape.join()) {
        throw new Error(
          `${name} asks for noise [${shape.join(', ')}], draw ${next - 1} is [${draw?.shape.join(', ')}]`,
        );
      }
      return draw;
    },
    stream: (name) => randomStream(0, name),
  };
}

async function storedScale(
  engine: Engine,
  fixture: Fixture,
  trace: Trace,
  n: number,
): Promise<GeneratorScale> {
  const { spec, state } = storedNetwork(fixture, `scale${n}.G.after`);
  return {
    side: trace.config.pyramid.sizes[n],
    network: await engine.createGenerator(spec, state),
    amplitudes: Float32Array.from(trace.amplitudes, (perScale) => perScale[n]),
    fixedNoise: broadcast(trace.draws[n][0], trace.count, 3),
  };
}

function compareScale(
  fixture: Fixture,
  trace: Trace,
  n: number,
  replay: Replay,
  expected: readonly number[],
): FixtureCheck[] {
  const check = (quantity: string, largestError: number, tolerance: number): FixtureCheck => {
    return { file: fixture.file, quantity: `scale ${n}, ${quantity}`, largestError, tolerance };
  };
  const perIteration = replay.losses.length / trace.iterations;
  const amplitudes = trace.amplitudes.map((perScale) => perScale[n]);
  return [
    check('noise amplitude', largestDifference(replay.amplitudes, amplitudes), AMPLITUDE_TOLERANCE),
    check(
      'losses of the first iteration',
      largestDifference(replay.losses.slice(0, perIteration), expected.slice(0, perIteration)),
      FIRST_LOSS_TOLERANCE,
    ),
    check(
      'losses after it',
      largestDifference(replay.losses.slice(perIteration), expected.slice(perIteration)),
      LATER_LOSS_TOLERANCE,
    ),
    check('weights of D', weightError(fixture, `scale${n}.D.after`, replay.discriminator), WEIGHT_TOLERANCE),
    check('weights of G', weightError(fixture, `scale${n}.G.after`, replay.generator), WEIGHT_TOLERANCE),
  ];
}

/** Largest error over the arrays a loss determines; biases and running means before a norm drift freely (fixtures/README.md). */
function weightError(
  fixture: Fixture,
  prefix: string,
  { spec, state }: { spec: NetworkSpec; state: NetworkState },
): number {
  const theirs = storedNetwork(fixture, prefix).state;
  const errors = meaningfulParameters(spec).map((name) =>
    largestDifference(state.get(name)?.data ?? [], theirs.get(name)!.data),
  );
  return Math.max(...errors);
}
