import { findBinding } from '@fsad/tensors/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { engineConformance } from '../src/conformance.ts';
import {
  ADAM,
  exampleImages,
  exampleState,
  separateBatch,
  sharedBatch,
} from '../src/conformance/examples.ts';
import { openEngine, probeEngines } from '../src/index.ts';
import { tensor } from '@fsad/tensors';

const missing = findBinding('tensorflow') === null;

describe.skipIf(missing)('TensorFlow binding (build it with npm run engine:tensorflow)', () => {
  engineConformance('tensorflow', (options) => openEngine('tensorflow', options), {
    sameBitsAtAnyThreadCount: false,
  });

  const shape = { count: 2, side: 12, channels: 3 };
  const spec = { inputChannels: 3, width: 4, outputChannels: 9, padding: 'valid' } as const;

  test('a step, an input gradient and a score leave the number of tensors as it was', async () => {
    const engine = await openEngine('tensorflow');
    const network = await engine.createDiscriminator(spec, exampleState(spec));
    const before = tf.memory().numTensors;
    for (const batch of [separateBatch(shape, 3), sharedBatch(shape)]) {
      await network.step(batch, batch, ADAM);
      await network.inputGradient(batch);
      await network.score(batch, null);
      await network.logits(batch, 'trained');
    }
    expect(tf.memory().numTensors).toBe(before);
    network.dispose();
  });

  test('recorded forwards are freed by the step, by an import and by dispose, and so is the network', async () => {
    const engine = await openEngine('tensorflow');
    const before = tf.memory().numTensors;
    const network = await engine.createGenerator(
      { ...spec, outputChannels: 3 },
      exampleState({ ...spec, outputChannels: 3 }),
    );
    const created = tf.memory().numTensors;
    const input = tensor([1, 14, 14, 3], exampleImages(14 * 14 * 3, 'input'));
    const output = await network.forward(input, 'recorded');
    await network.step([output], ADAM);
    expect(tf.memory().numTensors).toBe(created);
    await network.forward(input, 'recorded');
    await network.importState(await network.exportState());
    expect(tf.memory().numTensors).toBe(created);
    await network.forward(input, 'recorded');
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('the probe names the version', async () => {
    const probes = await probeEngines();
    expect(probes.find(({ name }) => name === 'tensorflow')).toMatchObject({
      available: true,
      detail: expect.stringMatching(/^TensorFlow \d+\.\d+/) as string,
    });
  });
});
