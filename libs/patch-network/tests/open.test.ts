import { describe, expect, test } from 'vitest';
import { openEngine, probeEngines } from '../src/index.ts';

describe('openEngine', () => {
  test('auto takes the fastest engine that works, never the reference', async () => {
    const probes = await probeEngines();
    const order = ['tensorflow-gpu', 'native', 'tensorflow', 'wasm'];
    const expected = order.find((name) => probes.some((probe) => probe.name === name && probe.available));
    const engine = await openEngine('auto', { threads: 1 });
    expect(engine.name).toBe(expected);
    await engine.dispose();
  });

  test('threads must be a positive whole number', async () => {
    await expect(openEngine('reference', { threads: 0 })).rejects.toThrow(/whole number of threads.*got 0/);
    await expect(openEngine('reference', { threads: 1.5 })).rejects.toThrow(RangeError);
  });

  test('every engine is probed once, the reference always works', async () => {
    const probes = await probeEngines();
    const names = probes.map(({ name }) => name).sort();
    expect(names).toEqual(['native', 'reference', 'tensorflow', 'tensorflow-gpu', 'wasm']);
    expect(probes.find(({ name }) => name === 'reference')?.available).toBe(true);
    for (const { detail } of probes) expect(detail).not.toBe('');
  });

  test('a disposed engine refuses work', async () => {
    const { exampleState } = await import('../src/conformance/examples.ts');
    const spec = { inputChannels: 1, width: 4, outputChannels: 2, padding: 'valid' } as const;
    const probes = await probeEngines();
    for (const name of ['native', 'wasm'] as const) {
      if (!probes.some((probe) => probe.name === name && probe.available)) continue;
      const engine = await openEngine(name, { threads: 2 });
      await engine.dispose();
      await expect(engine.createDiscriminator(spec, exampleState(spec))).rejects.toThrow(/was disposed/);
    }
  });
});
