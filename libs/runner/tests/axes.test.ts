import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRun, readResult, readSummaries, type AskedSetting, type Experiment } from '../src/index.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { request, runOptions, smallExperiment } from './support/experiments.ts';

let store: string;
beforeEach(async () => void (store = await mkdtemp(join(tmpdir(), 'fsad-axes-'))));
afterEach(() => rm(store, { recursive: true, force: true }));

const one = 'class=3 shots=1 trial=0';

/** Variant and key of each trial that is to be done. */
async function planned(experiment: Experiment, more: { where?: string[]; set?: AskedSetting[] }) {
  const { where = [one], set = [] } = more;
  const options = runOptions(store, experiment, { request: request(experiment, { where, set }) });
  const { sorted, prepared } = await openRun(options);
  await prepared.close();
  return sorted.pending.map(({ key, cells, inputs }) => ({
    key,
    variant: cells[0].variant,
    settings: inputs.configuration.settings as { steps: number; inner: { shift: number } },
  }));
}

it('trials are planned without their first one where --where leaves it out', async () => {
  const [all, second] = [['class=3 shots=1'], ['class=3 shots=1 trial=1']];
  const keys = (await planned(smallExperiment(), { where: all })).map(({ key }) => key);
  expect((await planned(smallExperiment(), { where: second })).map(({ key }) => key)).toEqual([keys[1]]);
});

describe('a setting as an axis of the matrix', () => {
  it('gives each value a trial of its own, named after it', async () => {
    const trials = await planned(smallExperiment(), { set: ['inner.shift=0.5,1e-3', 'steps=4,5'] });
    expect(trials.map(({ variant }) => variant)).toEqual([
      'full.shift-0.5.steps-4',
      'full.shift-0.5.steps-5',
      'full.shift-0.001.steps-4',
      'full.shift-0.001.steps-5',
    ]);
    expect(trials.map(({ settings }) => [settings.inner.shift, settings.steps])).toEqual([
      [0.5, 4],
      [0.5, 5],
      [0.001, 4],
      [0.001, 5],
    ]);
    expect(new Set(trials.map(({ key }) => key)).size).toBe(4);
  });

  it('says the same in the experiment file, and has the key of the setting alone', async () => {
    const inFile = await planned(smallExperiment({ axes: { 'steady.steps': [4, 5] } }), {});
    expect(inFile.map(({ variant }) => variant)).toEqual(['full.steps-4', 'full.steps-5']);
    const alone = await planned(smallExperiment(), { set: ['steps=4'] });
    expect(inFile[0].key).toBe(alone[0].key);
  });

  it('is filtered by --where', async () => {
    const set = ['steps=4,5,6'];
    const trials = await planned(smallExperiment(), { set, where: [one, 'steps=4,6'] });
    expect(trials.map(({ variant }) => variant)).toEqual(['full.steps-4', 'full.steps-6']);
    await expect(planned(smallExperiment(), { set, where: ['steps=7'] })).rejects.toThrow(
      '--where steps=7: not in this experiment; there are 4, 5, 6',
    );
  });

  it('is all asked for by the variant it was laid along', async () => {
    const where = [one, 'variant=full'];
    const trials = await planned(smallExperiment(), { set: ['inner.shift=0.5,1e-3', 'steps=4,5'], where });
    expect(trials).toHaveLength(4);
  });

  it('refuses a key that no method has, and a value of another type', async () => {
    await expect(planned(smallExperiment(), { set: ['stesp=4,5'] })).rejects.toThrow(
      /--set stesp: no such configuration key.*Did you mean "steps"\?/,
    );
    const ofFile = { text: 'stesp=4', from: '--config my.yaml' };
    await expect(planned(smallExperiment(), { set: [ofFile] })).rejects.toThrow(
      /--config my\.yaml: stesp: no such configuration key/,
    );
    await expect(planned(smallExperiment(), { set: ['steps=4,many'] })).rejects.toThrow(
      /steady configuration: steps/,
    );
  });

  it('is kept with the results, each value beside the others', async () => {
    const options = runOptions(store, smallExperiment(), {
      request: request(smallExperiment(), { where: [one], set: ['steps=4,5'] }),
    });
    expect(await runExperiment(options)).toMatchObject({ cells: 2, ok: 2 });
    const kept = [];
    for await (const { key, cell } of readSummaries(store)) {
      const result = await readResult(store, key);
      const settings = result?.inputs.configuration.settings as { steps: number };
      kept.push(`${cell.variant}: ${settings.steps}`);
    }
    expect(kept.sort()).toEqual(['full.steps-4: 4', 'full.steps-5: 5']);
  });
});
