import {
  generate,
  noiseAmplitudes,
  reconstructionLoss,
  type GeneratorScale,
  type Hierarchy,
} from '@fsad/generator';
import type { Copies, PatchTask } from '@fsad/discriminator';
import type { AdamSettings, DiscriminatorNetwork, GeneratorNetwork } from '@fsad/patch-network';
import { Workspace, type Tensor } from '@fsad/tensors';
import type { HtdgConfig } from './config.ts';
import { broadcast, type NoiseSource } from './noise.ts';

/** Everything the training of scale n works on. */
export interface ScaleTraining {
  /** n; 0 is coarsest. */
  readonly n: number;
  /** x^n of the k images, [k, S, S, 3]. */
  readonly real: Tensor;
  /** G^0 .. G^(n-1), frozen. */
  readonly lower: Hierarchy;
  /** Upsampled reconstruction of the scale below, [k, S, S, 3]; null at scale 0. */
  readonly lowerReconstruction: Tensor | null;
  /** G^n; null in the ablation without generator. */
  readonly generator: GeneratorNetwork | null;
  /** D^n. */
  readonly discriminator: DiscriminatorNetwork;
  readonly task: PatchTask;
  readonly noise: NoiseSource;
  readonly config: HtdgConfig;
  /** Iterations of this scale. */
  readonly iterations: number;
}

/** What one iteration did: the losses of each D step (Eq. 3, 4) and each G step (Eq. 5; 9, 10 and 17), in order; none where the generator took no part. */
export interface IterationLosses {
  readonly real: number[];
  readonly fake: number[];
  readonly adversarial: number[];
  readonly reconstruction: number[];
}

/** One iteration of scale n. The signal is looked at between steps; when it has been aborted the iteration is abandoned. */
export type Iterate = (iteration: number, signal?: AbortSignal) => Promise<IterationLosses>;

const CHANNELS = 3;

/**
 * Prepares the training of scale n (Eq. 11, 18): fixed noise and noise amplitudes, which the finished scale keeps, and the function
 * that trains one iteration. Order of steps and draws: docs/presets.md#7.8, 7.13, 7.15.
 */
export function prepareScale(scale: ScaleTraining): { trained: GeneratorScale | null; iterate: Iterate } {
  const { n, real, generator, discriminator, task, noise, config } = scale;
  const { training } = config;
  const [count, side] = real.shape;
  const draw = (at: string, images: number, channels: number): Tensor =>
    noise.normal(`scale/${n}/${at}`, [images, side, side, channels]);

  /** z*, one map for all k images. */
  const fixedNoise =
    n === 0 || config.noise.fixed === 'every-scale'
      ? broadcast(draw('fixed', 1, config.noise.coarsestChannels), count, CHANNELS)
      : null;
  const amplitudes = scale.lowerReconstruction
    ? noiseAmplitudes(real, scale.lowerReconstruction, config.noise.amplitude)
    : new Float32Array(count).fill(1);
  const trained: GeneratorScale | null = generator && {
    side,
    network: generator,
    amplitudes,
    fixedNoise,
  };
  const realCopies = task.fixed ? task.copies(real, () => noise.stream('unused')) : null;
  const copiesOf = (images: Tensor, at: string, workspace?: Workspace): Copies =>
    task.copies(images, () => noise.stream(`scale/${n}/${at}`), workspace);
  /** For what lasts no longer than a step: the generator's input, the copies of fakes. */
  const workspace = new Workspace();

  async function iterate(iteration: number, signal?: AbortSignal): Promise<IterationLosses> {
    const losses: IterationLosses = { real: [], fake: [], adversarial: [], reconstruction: [] };
    const at = `iteration/${iteration}`;
    const adamD = adam(training, iteration, training.decay.discriminatorAt);
    const adamG = adam(training, iteration, training.decay.generatorAt);
    const z = trained && broadcast(draw(`${at}/z`, count, noiseChannels(n, config)), count, CHANNELS);
    let previous: Tensor | null = null;
    const takesPart = iteration % training.generatorEvery === 0;

    // max_D: Eq. 3 on T_i(x^n), Eq. 4 on T_i of a fresh sample
    for (let step = 0; step < training.discriminatorSteps; step++) {
      signal?.throwIfAborted();
      const real_ = (realCopies ?? copiesOf(real, `${at}/d/${step}/real`)).real();
      if (!trained || !takesPart) {
        losses.real.push((await discriminator.step(real_, null, adamD)).real);
        continue;
      }
      previous = await samplePrevious(scale, `${at}/d/${step}`);
      const fake = await generate(trained, z, previous, scale.lower.settings, 'trained', workspace);
      const copies = copiesOf(fake, `${at}/d/${step}/fake`, workspace);
      const loss = await discriminator.step(real_, copies.fake(), adamD);
      losses.real.push(loss.real);
      losses.fake.push(loss.fake!);
    }
    if (!trained || !takesPart) return losses;

    // min_G: Eq. 5 on T_i of the sample, plus alpha times Eq. 9, 10 (k = 1) or 17
    for (let step = 0; step < training.generatorSteps; step++) {
      signal?.throwIfAborted();
      const fake = await generate(trained, z, previous, scale.lower.settings, 'recorded', workspace);
      const copies = copiesOf(fake, `${at}/g/${step}`, workspace);
      const { loss, gradients } = await discriminator.inputGradient(copies.real());
      losses.adversarial.push(loss);
      const reconstruction = await reconstruct(trained, scale, 'recorded', workspace);
      const target = reconstructionLoss(reconstruction, real, config.reconstruction);
      losses.reconstruction.push(target.loss);
      signal?.throwIfAborted();
      await trained.network.step([copies.imageGradient(gradients), target.gradient], adamG);
    }

    const every = training.reconstructionEvery;
    const last = iteration + training.generatorEvery >= scale.iterations;
    if (every !== null && (iteration % every === 0 || last)) {
      await reconstruct(trained, scale, 'trained', workspace);
    }
    return losses;
  }
  return { trained, iterate };
}

/** The upsampled random sample of scale n - 1, redrawn for every D step; null at scale 0. */
async function samplePrevious(
  { n, real, lower, noise, config }: ScaleTraining,
  at: string,
): Promise<Tensor | null> {
  if (n === 0) return null;
  const samples = await lower.sample((m) =>
    sampleNoise(m, real.shape[0], lower, noise, `scale/${n}/${at}`, config),
  );
  return lower.upsample(samples[n - 1], n);
}

/** z^m of a lower scale, [k, S_m, S_m, 3]. */
export function sampleNoise(
  m: number,
  count: number,
  lower: Hierarchy,
  noise: NoiseSource,
  at: string,
  config: HtdgConfig,
): Tensor {
  const { side } = lower.scales[m];
  const shape = [count, side, side, noiseChannels(m, config)];
  return broadcast(noise.normal(`${at}/lower/${m}`, shape), count, CHANNELS);
}

/** The reconstruction of x^n (Eq. 15, 16): from fixed noise and the reconstruction below. */
function reconstruct(
  trained: GeneratorScale,
  { lower, lowerReconstruction }: ScaleTraining,
  mode: 'trained' | 'recorded',
  workspace: Workspace,
): Promise<Tensor> {
  return generate(trained, trained.fixedNoise, lowerReconstruction, lower.settings, mode, workspace);
}

function noiseChannels(n: number, config: HtdgConfig): number {
  return n === 0 ? config.noise.coarsestChannels : CHANNELS;
}

function adam(
  { learningRate, beta1, beta2, epsilon, decay }: HtdgConfig['training'],
  iteration: number,
  milestones: readonly number[],
): AdamSettings {
  const passed = milestones.filter((milestone) => iteration >= milestone).length;
  return { learningRate: learningRate * decay.factor ** passed, beta1, beta2, epsilon };
}
