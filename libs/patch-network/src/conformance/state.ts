import { tensor } from '@fsad/tensors';
import { describe, expect, test } from 'vitest';
import type { Batch, DiscriminatorNetwork, Engine, EngineOptions, NetworkSpec } from '../engine.ts';
import { bits, expectSameBits } from './compare.ts';
import { ADAM, exampleImages, exampleState, separateBatch, sharedBatch } from './examples.ts';

const SPEC: NetworkSpec = { inputChannels: 3, width: 20, outputChannels: 9, padding: 'valid' };
const SHAPE = { count: 1, side: 12, channels: 3 };

/** State, errors, repeatability and memory: what does not need another engine to compare with. */
export function stateConformance(
  engine: () => Engine,
  open: (options: EngineOptions) => Promise<Engine>,
  sameBitsAtAnyThreadCount: boolean,
): void {
  describe('state', () => {
    test('an exported state is the imported one, bit for bit', async () => {
      const network = await engine().createDiscriminator(SPEC, exampleState(SPEC));
      expectSameBits(await network.exportState(), exampleState(SPEC));
      await network.step(sharedBatch(SHAPE), null, ADAM);
      const state = await network.exportState();
      const other = await engine().createDiscriminator(SPEC, exampleState(SPEC, 2));
      await other.importState(state);
      expectSameBits(await other.exportState(), state);
      network.dispose();
      other.dispose();
    });

    test('a resumed discriminator takes the steps of an uninterrupted one, bit for bit', async () => {
      const batches = [sharedBatch(SHAPE, 2, 'a'), separateBatch(SHAPE, 9, 'b')];
      const whole = await engine().createDiscriminator(SPEC, exampleState(SPEC));
      const first = await engine().createDiscriminator(SPEC, exampleState(SPEC));
      for (let i = 0; i < 3; i++) await whole.step(batches[0], batches[1], ADAM);
      for (let i = 0; i < 2; i++) await first.step(batches[0], batches[1], ADAM);
      const second = await engine().createDiscriminator(SPEC, await first.exportState());
      await second.step(batches[0], batches[1], ADAM);
      expectSameBits(await second.exportState(), await whole.exportState());
      for (const network of [whole, first, second]) network.dispose();
    });

    test('a resumed generator takes the steps of an uninterrupted one, bit for bit', async () => {
      const spec: NetworkSpec = { inputChannels: 4, width: 32, outputChannels: 3, padding: 'same' };
      const input = tensor([1, 14, 14, 4], exampleImages(14 * 14 * 4, 'input'));
      const gradient = tensor([1, 14, 14, 3], exampleImages(14 * 14 * 3, 'gradient'));
      const steps = async (count: number, state = exampleState(spec)) => {
        const network = await engine().createGenerator(spec, new Map(state));
        for (let i = 0; i < count; i++) {
          await network.forward(input, 'recorded');
          await network.step([gradient], ADAM);
        }
        const after = await network.exportState();
        network.dispose();
        return after;
      };
      expectSameBits(await steps(1, new Map(await steps(2))), await steps(3));
    });

    test('a state before the first step has no moments, and counts steps after', async () => {
      const network = await engine().createDiscriminator(SPEC, exampleState(SPEC));
      expect([...(await network.exportState()).keys()].some((name) => name.startsWith('adam.'))).toBe(false);
      await network.step(sharedBatch(SHAPE), null, ADAM);
      await network.step(sharedBatch(SHAPE), null, ADAM);
      expect([...(await network.exportState()).get('adam.step')!.data]).toEqual([2]);
      network.dispose();
    });

    test('an imported state is a copy: changing the exported one changes nothing', async () => {
      const state = exampleState(SPEC);
      const network = await engine().createDiscriminator(SPEC, state);
      (await network.exportState()).get('block0.conv.weight')!.data.fill(0);
      expectSameBits(await network.exportState(), state);
      network.dispose();
    });

    test('a missing, an additional and a wrongly shaped tensor are named', async () => {
      const network = await engine().createDiscriminator(SPEC, exampleState(SPEC));
      const state = new Map(exampleState(SPEC));
      const without = new Map(state);
      without.delete('block2.norm.bias');
      await expect(network.importState(without)).rejects.toThrow(/block2\.norm\.bias is missing/);
      const additional = new Map(state).set('block5.conv.bias', tensor([1]));
      await expect(network.importState(additional)).rejects.toThrow(/block5\.conv\.bias/);
      const wrong = new Map(state).set('block4.conv.bias', tensor([8]));
      await expect(network.importState(wrong)).rejects.toThrow(/block4\.conv\.bias has shape \[8\]/);
      await expect(engine().createGenerator(SPEC, without)).rejects.toThrow(/block2\.norm\.bias is missing/);
      expectSameBits(await network.exportState(), state);
      network.dispose();
    });
  });

  describe('what does not fit is refused', () => {
    const refuse = (what: string, change: (batch: Batch) => Batch, message: RegExp): void => {
      test(what, async () => {
        const network = await engine().createDiscriminator(SPEC, exampleState(SPEC));
        const batch = change(sharedBatch(SHAPE));
        for (const call of [
          () => network.step(batch, null, ADAM),
          () => network.step(sharedBatch(SHAPE), batch, ADAM),
          () => network.inputGradient(batch),
          () => network.score(batch, null),
          () => network.logits(batch, 'frozen'),
        ]) {
          await expect(call()).rejects.toThrow(RangeError);
          await expect(call()).rejects.toThrow(message);
        }
        expectSameBits(await network.exportState(), exampleState(SPEC));
        network.dispose();
      });
    };
    const withWindow = (batch: Batch, window: { top: number; left: number; label: number }): Batch => {
      return { ...batch, canvases: [{ ...batch.canvases[0], windows: [window] }] };
    };
    refuse('a label out of range', (batch) => withWindow(batch, { top: 0, left: 0, label: 9 }), /label 9/);
    refuse(
      'a window outside',
      (batch) => withWindow(batch, { top: 5, left: 0, label: 0 }),
      /\(5, 0\) leaves/,
    );
    refuse('other channels', (batch) => ({ ...batch, channels: 1 }), /1 channels/);
    refuse('too few pixels', (batch) => ({ ...batch, count: 3 }), /values/);
    refuse('a side without patches', (batch) => ({ ...batch, side: 10 }), /side 10/);

    test('several windows on a canvas with padding same', async () => {
      const spec: NetworkSpec = { ...SPEC, padding: 'same' };
      const network = await engine().createDiscriminator(spec, exampleState(spec));
      await expect(network.step(sharedBatch(SHAPE), null, ADAM)).rejects.toThrow(/one window/);
      network.dispose();
    });

    test('an excluded label that is no channel or a window of the batch', async () => {
      const network = await engine().createDiscriminator(SPEC, exampleState(SPEC));
      await expect(network.score(sharedBatch(SHAPE), 9)).rejects.toThrow(/excluded label 9/);
      await expect(network.score(sharedBatch(SHAPE), 2)).rejects.toThrow(/label 2 is excluded/);
      network.dispose();
    });
  });

  describe('what is handed in is taken before a call returns', () => {
    const detach = (data: Float32Array): void =>
      void structuredClone(data.buffer, { transfer: [data.buffer as ArrayBuffer] });
    const fill = (data: Float32Array): void => void data.fill(NaN);
    type Changeable = { count: number; side: number; channels: number; canvases: ChangeableCanvas[] };
    type ChangeableCanvas = { height: number; width: number; images: Float32Array; windows: object[] };
    const changes: Record<string, (batch: Batch) => void> = {
      'numbers of the description': (batch) => {
        Object.assign(batch, { count: 50, side: 400, channels: 1 });
        for (const canvas of batch.canvases) Object.assign(canvas, { height: 4000, width: 3 });
      },
      labels: (batch) => {
        for (const { windows } of batch.canvases) {
          for (const window of windows) Object.assign(window, { label: 1000000, top: -7, left: 99 });
        }
      },
      lists: (batch) => {
        for (const canvas of (batch as Changeable).canvases)
          canvas.windows.push({ top: 0, left: 0, label: 77 });
        (batch as Changeable).canvases.length = 1;
      },
      'other arrays': (batch) => {
        for (const canvas of (batch as Changeable).canvases) canvas.images = new Float32Array(1);
      },
      pixels: (batch) => batch.canvases.forEach(({ images }) => fill(images)),
      'buffers, which are detached': (batch) => batch.canvases.forEach(({ images }) => detach(images)),
    };
    const calls: Record<
      string,
      (network: DiscriminatorNetwork, batch: Batch, other: Batch) => Promise<unknown>
    > = {
      step: (network, batch, other) => network.step(batch, other, ADAM),
      inputGradient: (network, batch) => network.inputGradient(batch),
      score: (network, batch) => network.score(batch, null),
      logits: (network, batch) => network.logits(batch, 'trained'),
    };
    const cases = Object.keys(calls).flatMap((call) => Object.keys(changes).map((change) => [call, change]));

    test.each(cases)('%s: %s may change', async (call, change) => {
      const results = [];
      for (const changed of [false, true]) {
        const network = await engine().createDiscriminator(SPEC, exampleState(SPEC));
        // The first finds the engine idle, the second still at work.
        const under = [];
        for (let i = 0; i < 2; i++) {
          const batches = [sharedBatch(SHAPE), separateBatch(SHAPE, 9)];
          under.push(calls[call](network, batches[0], batches[1]));
          if (changed) batches.forEach(changes[change]);
        }
        results.push([await Promise.all(under), [...(await network.exportState())]]);
        network.dispose();
      }
      expect(results[1]).toEqual(results[0]);
    });

    test('the same for a generator: shape, pixels, gradients, settings', async () => {
      const spec: NetworkSpec = { inputChannels: 4, width: 8, outputChannels: 3, padding: 'valid' };
      const results = [];
      for (const change of [() => undefined, fill, detach]) {
        const changed = change !== undefined && results.length > 0;
        const network = await engine().createGenerator(spec, exampleState(spec));
        const outputs = [];
        for (let i = 0; i < 2; i++) {
          const input = tensor([1, 14, 14, 4], exampleImages(14 * 14 * 4, `input ${i}`));
          outputs.push(network.forward(input, 'recorded'));
          if (changed) (input.shape as number[])[0] = 9;
          change(input.data);
        }
        const gradients = [0, 1].map((i) => tensor([1, 4, 4, 3], exampleImages(48, `gradient ${i}`)));
        const adam = { ...ADAM };
        const step = network.step(gradients, adam);
        if (changed) Object.assign(adam, { learningRate: 1e9 });
        for (const { shape, data } of gradients) {
          if (changed) (shape as number[])[3] = 100;
          change(data);
        }
        results.push([await Promise.all(outputs), await step, [...(await network.exportState())]]);
        network.dispose();
      }
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    });

    test('specs and states too', async () => {
      const results = [];
      for (const changed of [false, true]) {
        const [spec, state] = [{ ...SPEC }, new Map(exampleState(SPEC))];
        const opening = engine().createDiscriminator(spec, state);
        if (changed) {
          Object.assign(spec, { width: 4000, outputChannels: 1, padding: 'same' });
          for (const { data } of state.values()) fill(data);
        }
        const network = await opening;
        expect(() => Object.assign(network.spec, { width: 1 })).toThrow(TypeError);
        const imported = new Map(exampleState(SPEC, 2));
        const importing = network.importState(imported);
        if (changed) for (const { data } of imported.values()) detach(data);
        await importing;
        results.push([...(await network.exportState())]);
        network.dispose();
      }
      expect(results[1]).toEqual(results[0]);
    });
  });

  describe('numbers of another kind are refused', () => {
    const double = (data: Float32Array): Float32Array => Float64Array.from(data) as unknown as Float32Array;

    test('pictures that are not in single precision', async () => {
      const network = await engine().createDiscriminator(SPEC, exampleState(SPEC));
      const { canvases, ...rest } = sharedBatch(SHAPE);
      for (const other of [
        double,
        (data: Float32Array) => Uint8Array.from(data) as unknown as Float32Array,
      ]) {
        const batch = {
          ...rest,
          canvases: canvases.map((canvas) => ({ ...canvas, images: other(canvas.images) })),
        };
        await expect(network.step(batch, null, ADAM)).rejects.toThrow(
          /canvas 0 needs .* Float32Array, got (Float64|Uint8)Array/,
        );
        await expect(network.inputGradient(batch)).rejects.toThrow(TypeError);
        await expect(network.score(batch, null)).rejects.toThrow(TypeError);
        await expect(network.logits(batch, 'frozen')).rejects.toThrow(TypeError);
      }
      expectSameBits(await network.exportState(), exampleState(SPEC));
      network.dispose();
    });

    test('a generator’s input and gradients, a state, a mode, Adam’s settings', async () => {
      const spec: NetworkSpec = { inputChannels: 4, width: 8, outputChannels: 3, padding: 'valid' };
      const network = await engine().createGenerator(spec, exampleState(spec));
      const input = tensor([1, 12, 12, 4], exampleImages(576, 'input'));
      const wrong = { shape: input.shape, data: double(input.data) };
      await expect(network.forward(wrong, 'frozen')).rejects.toThrow(
        /the generator's input needs .* got Float64Array/,
      );
      await expect(network.forward(input, 'other' as 'frozen')).rejects.toThrow(
        /mode is one of .* got 'other'/,
      );
      const { shape, data } = await network.forward(input, 'recorded');
      await expect(network.step([{ shape, data: double(data) }], ADAM)).rejects.toThrow(/gradient 0 needs/);
      await expect(network.step([{ shape, data: data.slice(1) }], ADAM)).rejects.toThrow(
        /gradient 0 of shape/,
      );
      await expect(network.step([{ shape, data }], { ...ADAM, beta1: NaN })).rejects.toThrow(/beta1 is NaN/);
      const state = new Map(exampleState(spec));
      const bias = state.get('block0.conv.bias')!;
      state.set('block0.conv.bias', { ...bias, data: double(bias.data) });
      await expect(network.importState(state)).rejects.toThrow(
        /block0\.conv\.bias needs .* got Float64Array/,
      );
      expectSameBits(await network.exportState(), await stateAfterForward(spec, input));
      network.dispose();
    });

    /** The state after one forward in training mode: only running statistics have moved. */
    const stateAfterForward = async (spec: NetworkSpec, input: ReturnType<typeof tensor>) => {
      const network = await engine().createGenerator(spec, exampleState(spec));
      await network.forward(input, 'trained');
      const state = await network.exportState();
      network.dispose();
      return state;
    };
  });

  const train = async (network: DiscriminatorNetwork, steps: number): Promise<void> => {
    for (let i = 0; i < steps; i++) await network.step(sharedBatch(SHAPE), separateBatch(SHAPE, 9), ADAM);
  };

  if (sameBitsAtAnyThreadCount) {
    test('the number of threads never changes a bit', async () => {
      const results = [];
      for (const threads of [1, 2, 3, 5]) {
        const opened = await open({ threads });
        const network = await opened.createDiscriminator(SPEC, exampleState(SPEC));
        await train(network, 2);
        const { loss, gradients } = await network.inputGradient(sharedBatch(SHAPE));
        const [scores] = await network.score(sharedBatch(SHAPE), null);
        results.push({ state: await network.exportState(), loss, gradients, scores });
        await opened.dispose();
      }
      for (const result of results.slice(1)) {
        expectSameBits(result.state, results[0].state);
        expect(result.loss).toBe(results[0].loss);
        expect(bits(result.gradients[0]).equals(bits(results[0].gradients[0]))).toBe(true);
        expect(bits(result.scores).equals(bits(results[0].scores))).toBe(true);
      }
    });
  }

  test('calls that were not awaited run one after the other', async () => {
    const [apart, together] = await Promise.all(
      [1, 2].map(() => engine().createDiscriminator(SPEC, exampleState(SPEC))),
    );
    await train(apart, 3);
    const batches = [sharedBatch(SHAPE), separateBatch(SHAPE, 9)];
    await Promise.all([1, 2, 3].map(() => together.step(batches[0], batches[1], ADAM)));
    expectSameBits(await together.exportState(), await apart.exportState());
    apart.dispose();
    together.dispose();
  });

  test('memory does not grow over 200 steps', async () => {
    const spec: NetworkSpec = { ...SPEC, width: 4 };
    const batch = separateBatch({ count: 1, side: 11, channels: 3 }, 4);
    const network = await engine().createDiscriminator(spec, exampleState(spec));
    const work = async (steps: number): Promise<void> => {
      for (let i = 0; i < steps; i++) {
        await network.step(batch, batch, ADAM);
        await network.inputGradient(batch);
        await network.score(batch, null);
      }
    };
    await work(30);
    const before = process.memoryUsage().rss;
    await work(200);
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(40);
    network.dispose();
  });
}
