import { describe, expect, test } from 'vitest';
import type { Batch, DiscriminatorNetwork, Engine, NetworkSpec } from '../engine.ts';
import { openReference } from '../reference/engine.ts';
import { cutApart, exampleState, putTogether, separateBatch, sharedBatch, ADAM } from './examples.ts';
import {
  awayFromKinks,
  expectClose,
  expectGradientsClose,
  gradientsAfterFirstStep,
  largest,
  largestDifference,
} from './compare.ts';

interface Case {
  readonly name: string;
  readonly spec: NetworkSpec;
  readonly real: Batch;
  readonly fake: Batch;
}

const valid = (inputChannels: number, width: number, outputChannels: number): NetworkSpec => {
  return { inputChannels, width, outputChannels, padding: 'valid' };
};

function separateCase(spec: NetworkSpec, count: number, side: number, copies: number): Case {
  const shape = { count, side, channels: spec.inputChannels };
  return {
    name: `${copies} copies of ${count} x ${side}x${side}x${shape.channels}, width ${spec.width}, ${spec.outputChannels} outputs, ${spec.padding}`,
    spec,
    real: separateBatch(shape, copies, 'real'),
    fake: separateBatch(shape, copies, 'fake'),
  };
}

function sharedCase(spec: NetworkSpec, count: number, side: number): Case {
  const shape = { count, side, channels: spec.inputChannels };
  return {
    name: `shared canvases, ${count} x ${side}x${side}, width ${spec.width}, ${spec.outputChannels} outputs`,
    spec,
    real: sharedBatch(shape, 3, 'real'),
    fake: sharedBatch(shape, 2, 'fake'),
  };
}

const CASES: readonly Case[] = [
  separateCase(valid(3, 32, 55), 1, 13, 3),
  separateCase({ ...valid(3, 32, 55), padding: 'same' }, 1, 9, 3),
  separateCase(valid(3, 64, 43), 1, 12, 2),
  separateCase({ ...valid(4, 64, 5), padding: 'same' }, 2, 7, 2),
  separateCase(valid(4, 5, 5), 2, 14, 5),
  separateCase({ ...valid(1, 19, 3), padding: 'same' }, 2, 17, 3),
  separateCase(valid(3, 48, 9), 1, 26, 2),
  separateCase({ ...valid(3, 1, 2), padding: 'same' }, 1, 2, 2),
  sharedCase(valid(3, 32, 55), 1, 13),
  sharedCase(valid(3, 19, 43), 2, 12),
  sharedCase(valid(3, 64, 9), 1, 11),
];

/** Forward, loss, gradients and scores of the discriminator against the reference engine. */
export function discriminatorConformance(engine: () => Engine): void {
  const reference = openReference();
  const both = async (spec: NetworkSpec, seed = 1): Promise<[DiscriminatorNetwork, DiscriminatorNetwork]> => [
    await engine().createDiscriminator(spec, exampleState(spec, seed)),
    await reference.createDiscriminator(spec, exampleState(spec, seed)),
  ];

  describe.each(CASES)('discriminator, $name', ({ spec, real, fake }) => {
    test('frozen logits equal the reference', async () => {
      const [network, expected] = await both(spec);
      expectClose(await network.logits(real, 'frozen'), await expected.logits(real, 'frozen'), 1e-4);
      network.dispose();
    });

    test('trained logits equal the reference, on canvases where any window lies, and move the running statistics', async () => {
      const [network, expected] = await both(spec);
      const logits = await network.logits(cutApart(real), 'trained');
      expectClose(logits, await expected.logits(cutApart(real), 'trained'), 1e-4);
      const state = await network.exportState();
      for (const [name, { data }] of await expected.exportState()) {
        if (name.includes('running'))
          expect(largestDifference(state.get(name)!.data, data), name).toBeLessThan(1e-5);
      }
      network.dispose();
    });

    test('a step has the losses, gradients, weights and running statistics of the reference', () =>
      awayFromKinks(async (seed) => {
        const [network, expected] = await both(spec, seed);
        const losses = await network.step(real, fake, ADAM);
        const expectedLosses = await expected.step(real, fake, ADAM);
        expect(losses.real).toBeCloseTo(expectedLosses.real, 4);
        expect(losses.fake).toBeCloseTo(expectedLosses.fake!, 4);
        const state = await network.exportState();
        const expectedState = await expected.exportState();
        const gradients = gradientsAfterFirstStep(expectedState, ADAM);
        expectGradientsClose(gradientsAfterFirstStep(state, ADAM), gradients, 1e-4);
        const clear = 0.02 * Math.max(...[...gradients.values()].map(largest));
        for (const [name, gradient] of gradients) {
          // Adam's first step is lr * sign(g): only where the gradient is clearly not zero is it well determined.
          const kept = (_: number, i: number): boolean => Math.abs(gradient[i]) > clear;
          const [a, b] = [state, expectedState].map((from) => from.get(name)!.data.filter(kept));
          expect(largestDifference(a, b), name).toBeLessThan(1e-5);
        }
        for (const [name, { data }] of expectedState) {
          if (name.includes('running'))
            expect(largestDifference(state.get(name)!.data, data), name).toBeLessThan(1e-5);
          if (/block[0-3]\.conv\.bias/.test(name)) expect(state.get(name)!.data, name).toEqual(data);
        }
        network.dispose();
      }));

    test('the gradient at the input equals the reference', () =>
      awayFromKinks(async (seed) => {
        const [network, expected] = await both(spec, seed);
        const actual = await network.inputGradient(real);
        const wanted = await expected.inputGradient(real);
        expect(actual.loss).toBeCloseTo(wanted.loss, 4);
        expectClose(actual.gradients, wanted.gradients, 1e-4 * Math.max(...wanted.gradients.map(largest)));
        network.dispose();
      }));

    test('scores equal the reference, with and without an excluded label', async () => {
      const [network, expected] = await both(spec);
      for (const excluded of spec.outputChannels > 9 ? [null, spec.outputChannels - 1] : [null]) {
        expectClose(await network.score(real, excluded), await expected.score(real, excluded), 1e-5);
      }
      network.dispose();
    });
  });
}

/** Windows on canvases are the same mathematics as separate copies. */
export function canvasConformance(engine: () => Engine): void {
  const create = (spec: NetworkSpec, seed: number): Promise<DiscriminatorNetwork> =>
    engine().createDiscriminator(spec, exampleState(spec, seed));
  describe.each(CASES.filter(({ name }) => name.startsWith('shared')))(
    'windows on canvases, $name',
    (example) => {
      const { spec, real, fake } = example;
      test('equal separate copies in a step', () =>
        awayFromKinks(async (seed) => {
          const shared = await create(spec, seed);
          const separate = await create(spec, seed);
          const losses = await shared.step(real, fake, ADAM);
          const expected = await separate.step(cutApart(real), cutApart(fake), ADAM);
          expect(losses.real).toBeCloseTo(expected.real, 5);
          expect(losses.fake).toBeCloseTo(expected.fake!, 5);
          const [actualState, expectedState] = [await shared.exportState(), await separate.exportState()];
          expectGradientsClose(
            gradientsAfterFirstStep(actualState, ADAM),
            gradientsAfterFirstStep(expectedState, ADAM),
            1e-4,
          );
          shared.dispose();
          separate.dispose();
        }));

      test('equal separate copies in input gradient and score', () =>
        awayFromKinks(async (seed) => {
          const network = await create(spec, seed);
          const shared = await network.inputGradient(real);
          const separate = await network.inputGradient(cutApart(real));
          const together = putTogether(real, separate.gradients);
          expect(shared.loss).toBeCloseTo(separate.loss, 5);
          expectClose(shared.gradients, together, 1e-4 * Math.max(...together.map(largest)));
          const pieces = await network.score(cutApart(real), null);
          const joined = Float32Array.from(pieces.flatMap((piece) => [...piece]));
          const whole = Float32Array.from((await network.score(real, null)).flatMap((scores) => [...scores]));
          expectClose([whole], [joined], 1e-5);
          network.dispose();
        }));
    },
  );
}
