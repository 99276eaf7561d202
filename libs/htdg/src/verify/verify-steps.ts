import {
  channelsLast,
  frameOf,
  runningShapes,
  type AdamSettings,
  type Engine,
  type NetworkSpec,
  type NetworkState,
} from '@fsad/patch-network';
import { tensor, type Tensor } from '@fsad/tensors';
import { imageGradient, planCopies, transformedBatch } from '@fsad/transforms';
import { largestDifference, largestMagnitude, type FixtureCheck } from './check.ts';
import {
  meaningfulParameters,
  note,
  readFixture,
  stored,
  storedImages,
  storedNetwork,
  storedParameter,
  storedTransforms,
  type Fixture,
} from './fixture.ts';

/** The published optimiser (docs/presets.md#7.10). */
const ADAM: AdamSettings = { learningRate: 5e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

const LOSS_TOLERANCE = 1e-5;
const OUTPUT_TOLERANCE = 1e-4;
const GRADIENT_TOLERANCE = 1e-4;
const IMAGE_GRADIENT_TOLERANCE = 1e-2;

/** Replays `discriminator_step`: real and fake losses, gradients, one Adam step, then the generator's loss and its gradient at the fake image. */
export async function verifyDiscriminatorStep(path: string, engine: Engine): Promise<FixtureCheck[]> {
  const fixture = await readFixture(path);
  const transforms = storedTransforms(fixture);
  const { spec, state: before } = storedNetwork(fixture, 'before');
  const realImages = storedImages(fixture, 'real_nchw');
  const fakeImages = storedImages(fixture, 'fake_nchw');
  const plan = planCopies(transforms, realImages.shape[1], 'official', 'separate');
  const labels = transforms.map((_, i) => i);
  const real = transformedBatch(plan, realImages, labels);
  const check = checker(fixture);

  const network = await engine.createDiscriminator(spec, before);
  try {
    const logits = await network.logits(real, 'trained');
    const logitsError = largestLogitsDifference(logits, stored(fixture, 'real_logits_mchw'));

    await network.importState(before);
    const losses = await network.step(real, transformedBatch(plan, fakeImages, transforms.length), ADAM);
    const after = await network.exportState();

    // From the published weights: our biases before a norm went another way, which training does not notice.
    await network.importState(storedNetwork(fixture, 'after').state);
    const target = await network.inputGradient(transformedBatch(plan, fakeImages, labels));
    const gradient = imageGradient(plan, target.gradients, 1, fakeImages.shape[3]).data;
    const theirs = storedImages(fixture, 'generator_loss_grad_wrt_fake_nchw').data;

    return [
      check('logits', logitsError, OUTPUT_TOLERANCE),
      check('real loss', Math.abs(losses.real - Number(note(fixture, 'loss_real'))), LOSS_TOLERANCE),
      check('fake loss', Math.abs((losses.fake ?? NaN) - Number(note(fixture, 'loss_fake'))), LOSS_TOLERANCE),
      ...stepChecks(fixture, spec, after),
      check('weights after the step', weightError(fixture, spec, after), 1e-6),
      check(
        'generator loss',
        Math.abs(target.loss - Number(note(fixture, 'generator_loss_after_step'))),
        LOSS_TOLERANCE,
      ),
      check(
        'gradient at the image, of its largest',
        largestDifference(gradient, theirs) / largestMagnitude([theirs]),
        IMAGE_GRADIENT_TOLERANCE,
      ),
    ];
  } finally {
    network.dispose();
  }
}

/** Replays `generator_step`: output for two conditioned images, reconstruction loss, gradients and running statistics. */
export async function verifyGeneratorStep(path: string, engine: Engine): Promise<FixtureCheck[]> {
  const fixture = await readFixture(path);
  const { spec, state } = storedNetwork(fixture, 'before');
  const target = storedImages(fixture, 'target_nchw');
  const check = checker(fixture);
  const network = await engine.createGenerator(spec, state);
  try {
    const input = withIndex(storedImages(fixture, 'noise_plus_previous_nchw'));
    const raw = await network.forward(input, 'recorded');
    const output = plusCentre(raw, storedImages(fixture, 'previous_padded_nchw'));
    const residual = output.data.map((value, i) => value - target.data[i]);
    const loss = (100 * residual.reduce((sum, value) => sum + value * value, 0)) / residual.length;
    await network.step(
      [
        tensor(
          raw.shape,
          residual.map((value) => (200 * value) / residual.length),
        ),
      ],
      ADAM,
    );
    return [
      check(
        'output',
        largestDifference(output.data, storedImages(fixture, 'output_nchw').data),
        OUTPUT_TOLERANCE,
      ),
      check(
        'reconstruction loss',
        Math.abs(loss - Number(note(fixture, 'reconstruction_loss'))),
        LOSS_TOLERANCE,
      ),
      ...stepChecks(fixture, spec, await network.exportState()),
    ];
  } finally {
    network.dispose();
  }
}

function checker(fixture: Fixture) {
  return (quantity: string, largestError: number, tolerance: number): FixtureCheck => {
    return { file: fixture.file, quantity, largestError, tolerance };
  };
}

/** Gradients, read from the first moments the first Adam step left (m = (1 - beta1) g), and running statistics. */
function stepChecks(fixture: Fixture, spec: NetworkSpec, after: NetworkState): FixtureCheck[] {
  const check = checker(fixture);
  const names = meaningfulParameters(spec);
  const theirs = names.map((name) => storedParameter(fixture, 'grad', name).data);
  const errors = names.map((name, i) => {
    const moment = after.get(`adam.m.${name}`)?.data ?? new Float32Array(0);
    return largestDifference(
      moment.map((m) => m / (1 - ADAM.beta1)),
      theirs[i],
    );
  });
  const running = [...runningShapes(spec).keys()].map((name) =>
    largestDifference(after.get(name)?.data ?? [], storedParameter(fixture, 'after', name).data),
  );
  return [
    check('gradients, of the largest', Math.max(...errors) / largestMagnitude(theirs), GRADIENT_TOLERANCE),
    check('running statistics', Math.max(...running), LOSS_TOLERANCE),
  ];
}

/** Largest error of a weight whose gradient is more than rounding: the first Adam step moves every weight by the full rate, whichever way the sign says. */
function weightError(fixture: Fixture, spec: NetworkSpec, after: NetworkState): number {
  const names = meaningfulParameters(spec);
  const gradients = names.map((name) => storedParameter(fixture, 'grad', name).data);
  const noise = 1e-3 * largestMagnitude(gradients);
  let largest = 0;
  for (const [n, name] of names.entries()) {
    const ours = after.get(name)?.data ?? new Float32Array(0);
    const theirs = storedParameter(fixture, 'after', name).data;
    const clear = (_: number, i: number): boolean => Math.abs(gradients[n][i]) > noise;
    largest = Math.max(largest, largestDifference(ours.filter(clear), theirs.filter(clear)));
  }
  return largest;
}

/** Logits of the first copies, each [1, h, w, classes], against [copies, classes, h, w]. */
function largestLogitsDifference(ours: readonly Float32Array[], theirs: Tensor): number {
  const [copies, ...shape] = theirs.shape;
  const size = theirs.data.length / copies;
  const errors = Array.from({ length: copies }, (_, i) => {
    const copy = { shape: [1, ...shape], data: theirs.data.subarray(i * size, (i + 1) * size) };
    return largestDifference(ours[i], channelsLast(copy).data);
  });
  return Math.max(...errors);
}

/** cat(x, i) with i = 0 .. k - 1 (docs/presets.md#5.12). */
function withIndex({ shape: [count, height, width, channels], data }: Tensor): Tensor {
  const result = tensor([count, height, width, channels + 1]);
  for (let p = 0; p < count * height * width; p++) {
    result.data.set(data.subarray(p * channels, (p + 1) * channels), p * (channels + 1));
    result.data[p * (channels + 1) + channels] = Math.floor(p / (height * width));
  }
  return result;
}

/** The network's output plus the middle of the framed previous image (docs/presets.md#5.13). */
function plusCentre(output: Tensor, framed: Tensor): Tensor {
  const [count, height, width, channels] = output.shape;
  const result = tensor(output.shape, Float32Array.from(output.data));
  const line = width * channels;
  const frame = frameOf({ padding: 'valid' });
  for (let row = 0; row < count * height; row++) {
    const [n, y] = [Math.floor(row / height), row % height];
    const start = ((n * framed.shape[1] + y + frame) * framed.shape[2] + frame) * channels;
    for (let i = 0; i < line; i++) result.data[row * line + i] += framed.data[start + i];
  }
  return result;
}
