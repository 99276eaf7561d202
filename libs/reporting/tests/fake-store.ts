import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng, type Image } from '@fsad/images';
import {
  openStore,
  resultSchema,
  sidePath,
  trialKey,
  type Artefact,
  type Cell,
  type TrialInputs,
  type TrialMetrics,
  type TrialResult,
  type TrialStatus,
  type TrialSummary,
} from '@fsad/runner';
import { randomStream } from '@fsad/tensors';

/** What a fake trial says; the rest is filled in. */
export interface FakeTrial {
  readonly cell: Partial<Cell>;
  readonly auroc?: number;
  readonly status?: TrialStatus;
  readonly message?: string;
  readonly fractions?: Readonly<Record<string, number>>;
  readonly pixel?: TrialMetrics['pixel'];
}

export function fakeCell(cell: Partial<Cell>): Cell {
  return {
    experiment: 'anomaly-detection',
    dataset: 'mnist',
    class: '3',
    shots: 1,
    trial: 0,
    detector: 'htdg',
    variant: 'full',
    budget: 'reduced',
    ...cell,
  };
}

/** A line of a store's index. */
export function fakeSummary(fake: FakeTrial): TrialSummary {
  const cell = fakeCell(fake.cell);
  const { status = 'ok', auroc = 0.7 } = fake;
  const inputs = fakeInputs(cell);
  return {
    key: trialKey(inputs),
    cell,
    status,
    failure:
      status === 'ok' ? null : { step: 'scale 1 3/10', message: fake.message ?? 'it broke', outside: false },
    metrics:
      status === 'ok'
        ? {
            auroc,
            aurocInterval: [auroc - 0.05, auroc + 0.05],
            perScale: [auroc, auroc],
            fractions: fake.fractions ?? {},
            parts: {},
            pixel: fake.pixel ?? null,
          }
        : null,
    split: inputs.split,
    engine: inputs.engine,
    seconds: { fit: 4, score: 1, total: 5 },
    finishedAt: `2026-01-02T03:04:${String(cell.trial % 60).padStart(2, '0')}.000Z`,
  };
}

/** Each cell has a trial of its own. */
function fakeInputs(cell: Cell): TrialInputs {
  return {
    configuration: {
      detector: cell.detector,
      settings: { of: `${cell.experiment} ${cell.variant} ${cell.budget}` },
      seed: 0,
      evaluation: { pixel: false, maps: 2, examples: 0, samples: 0 },
    },
    split: digest(`${cell.dataset} ${cell.class} ${cell.shots} ${cell.trial}`),
    testSubset: 'x',
    data: 'x',
    decoder: 'x',
    engine: 'native',
    numericVersion: 1,
  };
}

/** A stored result with scores, curves and pictures beside it. */
export async function storeFake(directory: string, fakes: readonly FakeTrial[]): Promise<void> {
  const store = await openStore(directory);
  for (const fake of fakes) {
    const summary = fakeSummary(fake);
    let artefacts: Artefact[] = [];
    if (summary.status === 'ok') {
      const side = sidePath(directory, summary.key);
      await mkdir(side, { recursive: true });
      artefacts = await writeSide(side);
    }
    await store.commit(fakeResult(summary, artefacts));
  }
}

function fakeResult(summary: TrialSummary, artefacts: readonly Artefact[]): TrialResult {
  const { key, cell, status, failure, metrics, split, engine, seconds, finishedAt } = summary;
  return {
    schema: resultSchema,
    key,
    cells: [cell],
    status,
    failure,
    metrics,
    inputs: fakeInputs(cell),
    split: {
      id: split,
      dataset: 'mnist',
      class: cell.class,
      shots: cell.shots,
      trial: cell.trial,
      rule: 'hash',
      options: {},
      train: [{ id: 'train/00001', sha256: digest('picture') }],
    },
    test: { subset: 'test', images: 40, anomalous: 20, available: 40 },
    warnings: [],
    artefacts,
    provenance: {
      gitCommit: null,
      command: 'fsad run',
      node: process.version,
      engine: { name: engine, instructionSet: null, threads: 1 },
      machine: { platform: 'linux', cpu: 'x', cores: 1, memoryBytes: 1 },
      startedAt: finishedAt,
      finishedAt,
      seconds,
      attempts: 1,
      peakMemoryBytes: 1,
    },
  };
}

async function writeSide(folder: string): Promise<Artefact[]> {
  const noise = randomStream(0, 'fake').normal(40);
  const anomalous = Array.from(noise, (_, i) => i % 2 === 1);
  await writeFile(
    join(folder, 'scores.json'),
    JSON.stringify({
      ids: anomalous.map((_, i) => `test/${i}`),
      anomalous,
      kinds: anomalous.map((bad) => (bad ? 'scratch' : 'good')),
      values: Array.from(noise, (value, i) => value + (anomalous[i] ? 1 : 0)),
      parts: {},
    }),
  );
  const steps = [0, 1, 2, 3];
  const curve = (start: number) => ({ steps, values: steps.map((step) => start / (step + 1)) });
  await writeFile(
    join(folder, 'curves.json'),
    JSON.stringify({ 'scale/0/discriminator': curve(3), 'scale/1/discriminator': curve(4) }),
  );
  const picture = (value: number): Image => ({
    width: 8,
    height: 8,
    channels: 1,
    data: new Uint8Array(64).map((_, i) => (value + 3 * i) % 256),
  });
  for (const [file, value] of [
    ['training-0.png', 20],
    ['map-0.png', 90],
    ['map-0-original.png', 150],
    ['map-0-mask.png', 0],
  ] as const) {
    await writeFile(join(folder, file), await encodePng(picture(value)));
  }
  return [
    { kind: 'training', file: 'training-0.png', image: 'train/00001', score: null },
    {
      kind: 'map',
      file: 'map-0.png',
      image: 'test/scratch/00001',
      score: 0.75,
      original: 'map-0-original.png',
      mask: 'map-0-mask.png',
    },
  ];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
