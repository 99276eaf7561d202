import { tensor, type Tensor } from '@fsad/tensors';
import { describe, expect, test } from 'vitest';
import type { Engine, GeneratorNetwork, NetworkSpec } from '../engine.ts';
import { openReference } from '../reference/engine.ts';
import {
  awayFromKinks,
  expectClose,
  expectGradientsClose,
  gradientsAfterFirstStep,
  largestDifference,
} from './compare.ts';
import { ADAM, exampleImages, exampleState } from './examples.ts';

interface Case {
  readonly name: string;
  readonly spec: NetworkSpec;
  readonly inputs: readonly Tensor[];
}

function generatorCase(spec: NetworkSpec, ...shapes: [number, number, number][]): Case {
  const inputs = shapes.map(([count, height, width], i) => {
    const shape = [count, height, width, spec.inputChannels];
    return tensor(shape, exampleImages(count * height * width * spec.inputChannels, `input/${i}`));
  });
  const sizes = shapes.map((shape) => shape.join('x')).join(' and ');
  return { name: `${sizes} to ${spec.outputChannels}, width ${spec.width}, ${spec.padding}`, spec, inputs };
}

const CASES: readonly Case[] = [
  generatorCase(
    { inputChannels: 4, width: 32, outputChannels: 3, padding: 'valid' },
    [1, 20, 20],
    [1, 20, 20],
  ),
  generatorCase(
    { inputChannels: 4, width: 32, outputChannels: 3, padding: 'same' },
    [2, 13, 13],
    [2, 13, 13],
  ),
  generatorCase({ inputChannels: 3, width: 64, outputChannels: 3, padding: 'valid' }, [1, 13, 17]),
  generatorCase({ inputChannels: 2, width: 19, outputChannels: 1, padding: 'same' }, [2, 9, 5], [1, 3, 30]),
];

/** Forward in every mode and the step of the generator against the reference engine. */
export function generatorConformance(engine: () => Engine): void {
  const reference = openReference();
  const both = async (spec: NetworkSpec, seed = 1): Promise<[GeneratorNetwork, GeneratorNetwork]> => [
    await engine().createGenerator(spec, exampleState(spec, seed)),
    await reference.createGenerator(spec, exampleState(spec, seed)),
  ];

  describe.each(CASES)('generator, $name', ({ spec, inputs }) => {
    test.each(['frozen', 'trained', 'recorded'] as const)(
      'a %s forward equals the reference',
      async (mode) => {
        const [network, expected] = await both(spec);
        for (const input of inputs) {
          const [actual, wanted] = [await network.forward(input, mode), await expected.forward(input, mode)];
          expect(actual.shape).toEqual(wanted.shape);
          expectClose([actual.data], [wanted.data], 1e-4);
        }
        const state = await network.exportState();
        for (const [name, { data }] of await expected.exportState()) {
          expect(largestDifference(state.get(name)!.data, data), name).toBeLessThan(
            mode === 'frozen' ? 1e-30 : 1e-5,
          );
        }
        network.dispose();
      },
    );

    test('a step adds the gradients of its recorded forwards up, unrecorded ones between them left out', () =>
      awayFromKinks(async (seed) => {
        const [network, expected] = await both(spec, seed);
        for (const each of [network, expected]) {
          const gradients: Tensor[] = [];
          for (const [i, input] of inputs.entries()) {
            const { shape, data } = await each.forward(input, 'recorded');
            gradients.push(tensor(shape, exampleImages(data.length, `gradient/${i}`)));
            await each.forward(inputs[0], 'trained');
          }
          await each.step(gradients, ADAM);
        }
        expectGradientsClose(
          gradientsAfterFirstStep(await network.exportState(), ADAM),
          gradientsAfterFirstStep(await expected.exportState(), ADAM),
          1e-4,
        );
        network.dispose();
      }));
  });

  test('a generator step rejects another number of gradients than recorded, and another shape', async () => {
    const { spec, inputs } = CASES[0];
    const [network] = await both(spec);
    await expect(network.step([], ADAM)).rejects.toThrow(/at least one recorded/);
    const output = await network.forward(inputs[0], 'recorded');
    await expect(network.step([output, output], ADAM)).rejects.toThrow(
      /1 forwards were recorded.*2 gradients/,
    );
    await expect(network.step([tensor([1, 2, 2, 3])], ADAM)).rejects.toThrow(/shape \[1, 2, 2, 3\]/);
    await expect(network.forward(tensor([1, 20, 20, 3]), 'frozen')).rejects.toThrow(/reads \[n, h, w, 4\]/);
    await network.step([output], ADAM);
    network.dispose();
  });
}
