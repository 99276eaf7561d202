import { tensor } from '@fsad/tensors';
import { expect, test } from 'vitest';
import type { Batch, Engine, NetworkSpec, NetworkState } from '../engine.ts';
import { openReference } from '../reference/engine.ts';
import { trainableShapes } from '../layout.ts';
import { gradientsAfterFirstStep } from './compare.ts';
import { ADAM, exampleImages, exampleState, separateBatch, sharedBatch } from './examples.ts';

const STEP = 1 / 1024;
const TOLERANCE = 2e-2;

/** Every kind of gradient against central differences of the reference engine's loss. */
export function differenceConformance(engine: () => Engine): void {
  const reference = openReference();

  /** The slope of `loss` along a direction that moves one tensor's entries by their signs `direction`. */
  const slope = async (
    state: NetworkState,
    name: string,
    direction: Float32Array,
    loss: (state: NetworkState) => Promise<number>,
  ): Promise<number> => {
    const moved = (by: number): NetworkState => {
      const original = state.get(name)!;
      const data = original.data.map((value, i) => value + by * direction[i]);
      return new Map(state).set(name, tensor(original.shape, data));
    };
    return ((await loss(moved(STEP))) - (await loss(moved(-STEP)))) / (2 * STEP);
  };
  const directionOf = (values: Float32Array, name: string): Float32Array => {
    const noise = exampleImages(values.length, `direction/${name}`);
    const norm = Math.hypot(...noise);
    return noise.map((value) => value / norm);
  };
  const along = (gradient: Float32Array, direction: Float32Array): number =>
    gradient.reduce((sum, value, i) => sum + value * direction[i], 0);

  const shape = { count: 1, side: 12, channels: 3 };
  const spec: NetworkSpec = { inputChannels: 3, width: 6, outputChannels: 9, padding: 'valid' };
  const batches: [string, NetworkSpec, Batch][] = [
    ['separate copies', spec, separateBatch(shape, 3)],
    ['padding same', { ...spec, padding: 'same' }, separateBatch(shape, 3)],
    ['shared canvases', spec, sharedBatch(shape)],
  ];

  test.each(batches)('discriminator gradients are the slopes of its loss, %s', async (_, spec, batch) => {
    const state = exampleState(spec);
    const network = await engine().createDiscriminator(spec, state);
    await network.step(batch, null, ADAM);
    const gradients = gradientsAfterFirstStep(await network.exportState(), ADAM);
    const lossOf = async (state: NetworkState): Promise<number> => {
      const moved = await reference.createDiscriminator(spec, state);
      return (await moved.step(batch, null, ADAM)).real;
    };
    for (const [name, gradient] of gradients) {
      const direction = directionOf(gradient, name);
      const expected = await slope(state, name, direction, lossOf);
      const norm = Math.hypot(...gradient);
      expect(Math.abs(along(gradient, direction) - expected), name).toBeLessThan(TOLERANCE * norm + 1e-4);
    }
    network.dispose();
  });

  test.each(batches)('the gradient at the canvases is the slope of the loss, %s', async (_, spec, batch) => {
    const state = exampleState(spec);
    const network = await engine().createDiscriminator(spec, state);
    const { gradients } = await network.inputGradient(batch);
    for (const [index, gradient] of gradients.entries()) {
      const direction = directionOf(gradient, `canvas/${index}`);
      const lossAt = async (by: number): Promise<number> => {
        const canvases = [...batch.canvases];
        const images = canvases[index].images.map((value, i) => value + by * direction[i]);
        canvases[index] = { ...canvases[index], images };
        const fresh = await reference.createDiscriminator(spec, state);
        return (await fresh.inputGradient({ ...batch, canvases })).loss;
      };
      const expected = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP);
      expect(Math.abs(along(gradient, direction) - expected)).toBeLessThan(
        TOLERANCE * Math.hypot(...gradient) + 1e-4,
      );
    }
    network.dispose();
  });

  test('generator gradients are the slopes of a weighted sum of its outputs', async () => {
    const spec: NetworkSpec = { inputChannels: 4, width: 6, outputChannels: 3, padding: 'valid' };
    const state = exampleState(spec);
    const input = tensor([1, 13, 14, 4], exampleImages(13 * 14 * 4, 'generator'));
    const weights = tensor([1, 3, 4, 3], exampleImages(36, 'weights'));
    const network = await engine().createGenerator(spec, state);
    await network.forward(input, 'recorded');
    await network.step([weights], ADAM);
    const gradients = gradientsAfterFirstStep(await network.exportState(), ADAM);
    const lossOf = async (state: NetworkState): Promise<number> => {
      const moved = await reference.createGenerator(spec, state);
      return along((await moved.forward(input, 'trained')).data, weights.data);
    };
    for (const name of trainableShapes(spec).keys()) {
      const gradient = gradients.get(name)!;
      const direction = directionOf(gradient, name);
      const expected = await slope(state, name, direction, lossOf);
      const norm = Math.hypot(...gradient);
      expect(Math.abs(along(gradient, direction) - expected), name).toBeLessThan(TOLERANCE * norm + 1e-3);
    }
    network.dispose();
  });
}
