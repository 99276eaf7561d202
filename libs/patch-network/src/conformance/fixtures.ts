import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, tensor, type Tensor } from '@fsad/tensors';
import { describe, expect, test } from 'vitest';
import type { Batch, Engine, NetworkSpec, NetworkState } from '../engine.ts';
import { runningShapes, trainableShapes } from '../layout.ts';
import { ADAM } from './examples.ts';
import { publishedAdjoint, publishedCopies, type Tuple } from './published-copies.ts';
import { channelsLast, publishedParameter } from './published-network.ts';
import { expectGradientsClose, gradientsAfterFirstStep, largest, largestDifference } from './compare.ts';

const folder = process.env.FSAD_FIXTURES;

type File = ReadonlyMap<string, Tensor>;

function stateOf(file: File, prefix: string, spec: NetworkSpec): NetworkState {
  const names = [...trainableShapes(spec).keys(), ...runningShapes(spec).keys()];
  return new Map(names.map((name) => [name, publishedParameter(file, prefix, name)!]));
}

/** Gradients the fixture stores, without the biases batch norm makes meaningless. */
function publishedGradients(file: File, spec: NetworkSpec): Map<string, Float32Array> {
  const names = [...trainableShapes(spec).keys()].filter((name) => !/block[0-3]\.conv\.bias/.test(name));
  return new Map(names.map((name) => [name, publishedParameter(file, 'grad', name)!.data]));
}

function relabel(batch: Batch, label: number): Batch {
  const canvases = batch.canvases.map((canvas) => {
    return { ...canvas, windows: canvas.windows.map((window) => ({ ...window, label })) };
  });
  return { ...batch, canvases };
}

/** The published code's discriminator and generator step; tolerances as in libs/htdg/fixtures/README.md. */
export function fixtureConformance(engine: () => Engine): void {
  describe.skipIf(!folder)('published fixtures (set FSAD_FIXTURES to the folder holding official/)', () => {
    const read = (name: string): ReturnType<typeof decodeSafetensors> =>
      decodeSafetensors(readFileSync(join(folder!, 'official', `${name}.safetensors`)), name);

    test('discriminator_step: losses, logits, gradients, statistics and the gradient at the fake image', async () => {
      const { tensors, metadata } = read('discriminator_step');
      const spec: NetworkSpec = { inputChannels: 3, width: 32, outputChannels: 55, padding: 'valid' };
      const tuples = JSON.parse(metadata.tuples) as Tuple[];
      const real = publishedCopies(channelsLast(tensors.get('real_nchw')!), tuples);
      const fakeCopies = publishedCopies(channelsLast(tensors.get('fake_nchw')!), tuples);
      const fake = relabel(fakeCopies, 54);
      const before = stateOf(tensors, 'before', spec);
      const network = await engine().createDiscriminator(spec, before);
      const logits = await network.logits(real, 'trained');
      const stored = tensors.get('real_logits_mchw')!;
      for (let copy = 0; copy < 6; copy++) {
        const one = {
          shape: [1, 55, 16, 16],
          data: stored.data.subarray(copy * 55 * 256, (copy + 1) * 55 * 256),
        };
        expect(largestDifference(logits[copy], channelsLast(one).data)).toBeLessThan(1e-4);
      }
      await network.importState(before);
      const losses = await network.step(real, fake, ADAM);
      expect(Math.abs(losses.real - Number(metadata.loss_real))).toBeLessThan(1e-5);
      expect(Math.abs(losses.fake! - Number(metadata.loss_fake))).toBeLessThan(1e-5);
      const state = await network.exportState();
      expectGradientsClose(gradientsAfterFirstStep(state, ADAM), publishedGradients(tensors, spec), 1e-4);
      for (const name of runningShapes(spec).keys()) {
        const after = publishedParameter(tensors, 'after', name)!.data;
        expect(largestDifference(state.get(name)!.data, after), name).toBeLessThan(1e-5);
      }
      // From the published weights after the step: our biases before a norm differ, but they are without effect in training.
      await network.importState(stateOf(tensors, 'after', spec));
      const { loss, gradients } = await network.inputGradient(fakeCopies);
      expect(Math.abs(loss - Number(metadata.generator_loss_after_step))).toBeLessThan(1e-5);
      const expected = channelsLast(tensors.get('generator_loss_grad_wrt_fake_nchw')!).data;
      const actual = publishedAdjoint(26, gradients, tuples);
      expect(largestDifference(actual, expected, largest(expected))).toBeLessThan(1e-2);
      network.dispose();
    });

    test('generator_step: output, gradients and running statistics', async () => {
      const { tensors } = read('generator_step');
      const spec: NetworkSpec = { inputChannels: 4, width: 32, outputChannels: 3, padding: 'valid' };
      const network = await engine().createGenerator(spec, stateOf(tensors, 'before', spec));
      const noise = channelsLast(tensors.get('noise_plus_previous_nchw')!);
      const input = tensor([2, 36, 36, 4]);
      for (let i = 0; i < 2 * 36 * 36; i++) {
        input.data.set(noise.data.subarray(3 * i, 3 * i + 3), 4 * i);
        input.data[4 * i + 3] = i < 36 * 36 ? 0 : 1;
      }
      const output = await network.forward(input, 'recorded');
      const previous = channelsLast(tensors.get('previous_padded_nchw')!);
      const expected = channelsLast(tensors.get('output_nchw')!);
      const target = channelsLast(tensors.get('target_nchw')!);
      const gradient = tensor(output.shape);
      let largestError = 0;
      output.data.forEach((value, i) => {
        const [n, y, x, c] = [
          Math.trunc(i / 2028),
          Math.trunc((i % 2028) / 78),
          Math.trunc((i % 78) / 3),
          i % 3,
        ];
        const image = value + previous.data[((n * 36 + y + 5) * 36 + x + 5) * 3 + c];
        largestError = Math.max(largestError, Math.abs(image - expected.data[i]));
        gradient.data[i] = (200 * (image - target.data[i])) / output.data.length;
      });
      expect(largestError).toBeLessThan(1e-4);
      await network.step([gradient], ADAM);
      const state = await network.exportState();
      expectGradientsClose(gradientsAfterFirstStep(state, ADAM), publishedGradients(tensors, spec), 1e-4);
      for (const name of runningShapes(spec).keys()) {
        const after = publishedParameter(tensors, 'after', name)!.data;
        expect(largestDifference(state.get(name)!.data, after), name).toBeLessThan(1e-5);
      }
      network.dispose();
    });
  });
}
