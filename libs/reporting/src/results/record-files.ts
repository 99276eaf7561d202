import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cellId,
  readResult,
  readSummaries,
  sidePath,
  type Cell,
  type TrialCurves,
} from '@fsad/runner';
import { canonicalJson, parseJson, readJson } from '@fsad/files';
import { z } from 'zod';
import { recordOf, requireKey, settingsDigest, type TrialRecord } from './record.ts';

const settingsFile = 'settings.json';
/** What to do about a bad line. */
const advice = 'take the line out and run its experiment again';

const share = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]);
const text = z.string();
const step = z.strictObject({
  iterations: z.int(),
  auroc: share,
  aurocInterval: interval,
  perScale: z.array(share),
});
/** A line of a file of records; what it is made of stands in `TrialRecord`. */
const line = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{64}$/),
  cells: z
    .array(
      z.strictObject({
        experiment: text,
        dataset: text,
        class: text,
        shots: z.int(),
        trial: z.int(),
        detector: text,
        variant: text,
        budget: z.enum(['paper', 'reduced', 'smoke']),
      }),
    )
    .min(1),
  status: z.enum(['ok', 'diverged', 'out-of-memory', 'killed', 'failed']),
  failure: z.strictObject({ step: text.nullable(), message: text, outside: z.boolean() }).nullable(),
  /** Digest of the settings in `settings.json`. */
  settings: text,
  inputs: z.strictObject({
    configuration: z.strictObject({
      detector: text,
      seed: z.int(),
      evaluation: z.strictObject({
        pixel: z.boolean(),
        maps: z.int(),
        examples: z.int(),
        samples: z.int(),
        iterations: z.array(z.int()).optional(),
      }),
    }),
    split: text,
    testSubset: text,
    data: text,
    decoder: text,
    engine: text,
    numericVersion: z.int(),
  }),
  train: z.array(text),
  test: z.strictObject({
    subset: z.enum(['test', 'validation']),
    images: z.int(),
    anomalous: z.int(),
    available: z.int(),
  }),
  warnings: z.array(text),
  metrics: z
    .looseObject({
      auroc: share,
      aurocInterval: interval.nullable(),
      perScale: z.array(share),
      fractions: z.record(text, share),
      parts: z.record(text, share),
      pixel: z.looseObject({ auroc: share, pro: share, images: z.int() }).nullable(),
      onTheWay: z.array(step).optional(),
    })
    .nullable(),
  losses: z.array(z.strictObject({ iterations: z.int(), real: z.array(z.number()) })).optional(),
  provenance: z.strictObject({
    commit: text.nullable(),
    engine: text,
    threads: z.int(),
    cpu: text,
    node: text,
    finishedAt: text,
    clock: z.enum(['wall', 'processor']),
    seconds: z.strictObject({ fit: z.number(), score: z.number(), total: z.number() }),
  }),
});

/**
 * Reads every `*.jsonl` of a folder of records, sorted by cell.
 * @throws Error naming file and line of what is not a record, one whose inputs do not give its key, or two that claim one cell
 */
export async function readRecords(folder: string): Promise<TrialRecord[]> {
  const names: string[] = await readdir(folder).catch(() => []);
  const settings = names.includes(settingsFile)
    ? await readJson(join(folder, settingsFile), z.record(text, z.unknown()), { advice: 'bring it back from the history' })
    : {};
  const records: TrialRecord[] = [];
  const holder = new Map<string, string>();
  for (const name of names.filter((one) => one.endsWith('.jsonl')).sort()) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n');
    for (const [i, content] of lines.entries()) {
      if (content === '') continue;
      const at = `${join(folder, name)}:${i + 1}`;
      const record = parseLine(content, at, settings);
      for (const cell of record.cells) {
        const id = cellId(cell);
        const other = holder.get(id);
        if (other) throw new Error(`${at}: ${id} has a record at ${other} already; take one out`);
        holder.set(id, at);
      }
      records.push(record);
    }
  }
  return records.sort(byCell);
}

function parseLine(content: string, at: string, settings: Readonly<Record<string, unknown>>): TrialRecord {
  const parsed = parseJson(content, at, line, { advice });
  const { settings: digest, inputs, ...rest } = parsed;
  const found = settings[digest];
  if (found === undefined) throw new Error(`${at}: its settings ${digest} are not in ${settingsFile}`);
  const configuration = { ...inputs.configuration, settings: found };
  const record = { ...rest, inputs: { ...inputs, configuration } } as unknown as TrialRecord;
  requireKey(record);
  return record;
}

/**
 * The content of every file of a folder of records by name: one file an experiment, a trial that several share in that of its first cell, and the
 * settings.
 */
export function recordFiles(records: readonly TrialRecord[]): Map<string, string> {
  const settings = new Map<string, unknown>();
  const lines = new Map<string, string[]>();
  for (const record of [...records].sort(byCell)) {
    const { settings: own, ...configuration } = record.inputs.configuration;
    const digest = settingsDigest(own);
    settings.set(digest, own);
    const { key, cells, status, failure, inputs, ...rest } = record;
    const written = {
      key,
      cells,
      status,
      failure,
      settings: digest,
      inputs: { ...inputs, configuration },
      ...rest,
    };
    const file = `${cells[0].experiment}.jsonl`;
    lines.set(file, [...(lines.get(file) ?? []), JSON.stringify(written, rounded)]);
  }
  const sorted = [...settings].sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = sorted.map(([digest, own]) => `${JSON.stringify(digest)}: ${canonicalJson(own)}`);
  return new Map([
    ...[...lines].map(([file, all]): [string, string] => [file, `${all.join('\n')}\n`]),
    [settingsFile, `{\n${texts.join(',\n')}\n}\n`],
  ]);
}

/** Six digits after the point say all that an AUROC of a few hundred images can. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(6)) : value;
}

/** Takes the trials of stores into records: a newer one takes the cells it has from those that held them. */
export async function recordsOfStores(
  records: readonly TrialRecord[],
  stores: readonly string[],
): Promise<TrialRecord[]> {
  const holders = new Map(
    records.flatMap((record) => record.cells.map((cell) => [cellId(cell), { cell, record }])),
  );
  for (const store of stores) {
    const seen = new Set<string>();
    for await (const { key } of readSummaries(store)) {
      if (seen.has(key)) continue;
      seen.add(key);
      const result = await readResult(store, key);
      if (!result) continue;
      const record = recordOf(result, await curvesOf(store, key));
      for (const cell of record.cells) holders.set(cellId(cell), { cell, record });
    }
  }
  const byKey = new Map<string, { record: TrialRecord; cells: Map<string, Cell> }>();
  for (const [id, { cell, record }] of holders) {
    const held = byKey.get(record.key) ?? { record, cells: new Map<string, Cell>() };
    byKey.set(record.key, held);
    held.cells.set(id, cell);
  }
  return [...byKey.values()].map(({ record, cells }) => ({
    ...record,
    cells: [...cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell),
  }));
}

async function curvesOf(store: string, key: string): Promise<TrialCurves | null> {
  const content = await readFile(join(sidePath(store, key), 'curves.json'), 'utf8').catch(() => null);
  return content === null ? null : (JSON.parse(content) as TrialCurves);
}

function byCell({ cells: [a] }: TrialRecord, { cells: [b] }: TrialRecord): number {
  return cellId(a) < cellId(b) ? -1 : 1;
}

