import { describe, expect, it } from 'vitest';
import { openEngine, type NetworkSpec, type NetworkState } from '@fsad/patch-network';
import { ADAM, exampleImages, exampleState, gradientsAfterFirstStep } from '@fsad/patch-network/conformance';
import { tensor, type Tensor } from '@fsad/tensors';
import { generate, reconstructionLoss, type ReconstructionRule } from '../src/index.ts';

const LOSSES = ['mean-square', 'root-mean-square', 'root-mean-square-per-image'] as const;
const STEP = 1 / 1024;

/** Two images of one value each everywhere, [2, 2, 2, 3]. */
function flat(first: number, second: number): Tensor {
  return tensor(
    [2, 2, 2, 3],
    Float32Array.from({ length: 24 }, (_, i) => (i < 12 ? first : second)),
  );
}

function lossOf(loss: ReconstructionRule['loss'], reconstruction: Tensor, real: Tensor, alpha = 1): number {
  return reconstructionLoss(reconstruction, real, { loss, alpha }).loss;
}

describe('the reconstruction loss', () => {
  it('mean-square is alpha times the mean of the squares: 100 (0.5^2 + 0.1^2) / 2 = 13', () => {
    expect(lossOf('mean-square', flat(0.5, -0.1), flat(0, 0), 100)).toBeCloseTo(13, 5);
  });

  it('of Eq. 17 is the sum of the norms of both images, 1 + 0, where one root over both would be sqrt(1/2)', () => {
    expect(lossOf('root-mean-square-per-image', flat(1, 0), flat(0, 0))).toBe(1);
    expect(lossOf('root-mean-square', flat(1, 0), flat(0, 0))).toBeCloseTo(Math.SQRT1_2, 12);
  });

  it('of Eq. 17 counts every image alike: 3 + 4 with residuals of 3 and 4', () => {
    expect(lossOf('root-mean-square-per-image', flat(3, 4), flat(0, 0))).toBeCloseTo(7, 12);
  });

  it('of one image is that of Eq. 9 and 10 by either reading of the root', () => {
    const reconstruction = tensor([1, 3, 3, 3], exampleImages(27, 'reconstruction'));
    const real = tensor([1, 3, 3, 3], exampleImages(27, 'real'));
    expect(
      reconstructionLoss(reconstruction, real, { loss: 'root-mean-square-per-image', alpha: 100 }),
    ).toEqual(reconstructionLoss(reconstruction, real, { loss: 'root-mean-square', alpha: 100 }));
  });

  it.each(LOSSES)('%s has the gradient of its central differences', (loss) => {
    const rule = { loss, alpha: 100 };
    const reconstruction = tensor([2, 3, 3, 3], exampleImages(54, 'reconstruction'));
    const real = tensor([2, 3, 3, 3], exampleImages(54, 'real'));
    const { gradient } = reconstructionLoss(reconstruction, real, rule);
    const largest = Math.max(...gradient.data.map(Math.abs));
    for (let i = 0; i < 54; i++) {
      const at = (by: number): number => {
        const data = Float32Array.from(reconstruction.data);
        data[i] += by;
        return reconstructionLoss(tensor(reconstruction.shape, data), real, rule).loss;
      };
      const slope = (at(STEP) - at(-STEP)) / (2 * STEP);
      expect(Math.abs(gradient.data[i] - slope), `entry ${i}`).toBeLessThan(1e-3 * largest);
    }
  });

  it.each(LOSSES)('%s is 0 with gradient 0 for an image reconstructed to the bit', (loss) => {
    const real = flat(0.25, -0.5);
    const { loss: value, gradient } = reconstructionLoss(real, real, { loss, alpha: 100 });
    expect(value).toBe(0);
    expect(gradient.data.every((entry) => entry === 0)).toBe(true);
  });

  it.each(LOSSES)('%s moves the generator’s weights along its slope (Eq. 16 to 18)', async (loss) => {
    const rule = { loss, alpha: 100 };
    const spec: NetworkSpec = { inputChannels: 4, width: 5, outputChannels: 3, padding: 'valid' };
    const state = exampleState(spec);
    const previous = tensor([2, 6, 6, 3], exampleImages(216, 'previous'));
    const real = tensor([2, 6, 6, 3], exampleImages(216, 'real'));
    const engine = await openEngine('reference');
    const reconstruct = async (from: NetworkState) => {
      const network = await engine.createGenerator(spec, from);
      const scale = { network, amplitudes: new Float32Array(2) };
      return { network, image: await generate(scale, null, previous, { indexStart: 1 }, 'recorded') };
    };
    const { network, image } = await reconstruct(state);
    await network.step([reconstructionLoss(image, real, rule).gradient], ADAM);
    const gradients = gradientsAfterFirstStep(await network.exportState(), ADAM);
    const largest = Math.max(...[...gradients.values()].map((values) => Math.hypot(...values)));
    for (const [name, gradient] of gradients) {
      const { shape, data } = state.get(name)!;
      const norm = Math.hypot(...gradient) || 1;
      const lossAt = async (by: number): Promise<number> => {
        const moved = data.map((value, i) => value + (by * gradient[i]) / norm);
        const { image } = await reconstruct(new Map(state).set(name, tensor(shape, moved)));
        return reconstructionLoss(image, real, rule).loss;
      };
      const slope = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP);
      expect(Math.abs(Math.hypot(...gradient) - slope), name).toBeLessThan(2e-2 * norm + 1e-3 * largest);
    }
    await engine.dispose();
  });
});
