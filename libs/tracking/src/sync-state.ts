import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeRecord, readRecords, replaceFileSync, sha256Hex } from '@fsad/files';
import { z } from 'zod';
import { cellSchema, outcomes } from './event-schema.ts';
import type { Cell } from './events.ts';
import { groupId, type Group } from './identity.ts';
import { RecordAppender } from './record-appender.ts';
import type { TrialState } from './replay.ts';
import { trackingFolder } from './store.ts';

/** What one server was told of one journal. */
export interface ToldTrial {
  readonly key: string;
  /** Everything before this offset of the journal was told. */
  readonly told: number;
  /** The journal's size and time of change when it was looked at: unchanged since means nothing new. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly state: TrialState;
  /** Ids of the runs, one for each cell of `state`. */
  readonly runs: readonly string[];
}

/** What one server was told of a parent run. */
export interface ToldParent {
  readonly group: string;
  readonly experiment: string;
  readonly run: string;
  /** Finished trials whose curves were told, and a digest of them. */
  readonly steps: number;
  readonly stepsDigest: string;
  /** Digest of all that was told. */
  readonly digest: string;
}

/** An experiment as the server had it. */
export interface ToldExperiment {
  readonly name: string;
  readonly id: string;
  readonly createdAt: number;
}

/** A run whose creation may have been carried out more than once. */
export interface DoubtedRun {
  readonly identity: string;
  readonly experimentId: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

type StateRecord =
  | { readonly type: 'trial'; readonly value: ToldTrial }
  | { readonly type: 'parent'; readonly value: ToldParent }
  | { readonly type: 'experiment'; readonly value: ToldExperiment }
  | { readonly type: 'doubt'; readonly value: DoubtedRun }
  | { readonly type: 'forget'; readonly kind: 'trial' | 'parent' | 'doubt'; readonly id: string };

const text = z.string();
const count = z.int().nonnegative();
const time = z.int();

/** What was written by another program, or by hand, counts as damaged: it only costs looking again. */
const stateRecord: z.ZodType<StateRecord> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('trial'),
    value: z
      .object({
        key: text,
        told: count,
        size: z.int(),
        mtimeMs: z.number(),
        state: z.object({
          cells: z.array(cellSchema),
          startedAt: time.nullable(),
          outcome: z.enum([...outcomes, 'running']).nullable(),
          endedAt: time.nullable(),
          ok: count.nullable(),
          filled: z.array(z.object({ cell: count, at: time })),
        }),
        runs: z.array(text),
      })
      .refine(({ state, runs }) => runs.length === 0 || runs.length === state.cells.length),
  }),
  z.object({
    type: z.literal('parent'),
    value: z.object({
      group: text,
      experiment: text,
      run: text,
      steps: count,
      stepsDigest: text,
      digest: text,
    }),
  }),
  z.object({ type: z.literal('experiment'), value: z.object({ name: text, id: text, createdAt: time }) }),
  z.object({
    type: z.literal('doubt'),
    value: z.object({ identity: text, experimentId: text, since: time }),
  }),
  z.object({ type: z.literal('forget'), kind: z.enum(['trial', 'parent', 'doubt']), id: text }),
]);

/** A trial's place in a group. */
export interface Member {
  readonly trial: ToldTrial;
  /** Which of the trial's cells. */
  readonly index: number;
  readonly cell: Cell;
}

/**
 * What one server was told of one store, in `tracking/sync`: checksummed records appended one by one, the last of a kind counts. It only
 * saves work: where it is lost or behind, runs are found on the server by their tags and told again what they know.
 */
export class SyncState {
  readonly path: string;
  readonly trials = new Map<string, ToldTrial>();
  readonly parents = new Map<string, ToldParent>();
  readonly experiments = new Map<string, ToldExperiment>();
  readonly doubts = new Map<string, DoubtedRun>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #appender: RecordAppender;

  /** Only while holding the lock of the sync. */
  constructor(store: string, uri: string) {
    const server = sha256Hex(uri).slice(0, 16);
    this.path = join(trackingFolder(store), 'sync', `${server}.state`);
    mkdirSync(dirname(this.path), { recursive: true });
    this.#load();
    this.#appender = new RecordAppender(this.path);
  }

  putTrial(value: ToldTrial): void {
    this.#append({ type: 'trial', value });
  }

  putParent(value: ToldParent): void {
    this.#append({ type: 'parent', value });
  }

  putExperiment(value: ToldExperiment): void {
    this.#append({ type: 'experiment', value });
  }

  putDoubt(value: DoubtedRun): void {
    this.#append({ type: 'doubt', value });
  }

  forget(kind: 'trial' | 'parent' | 'doubt', id: string): void {
    this.#append({ type: 'forget', kind, id });
  }

  /** Forgets all runs of an experiment: the server does not have them any more. */
  forgetExperiment(name: string): void {
    for (const { key, state } of this.trials.values()) {
      if (state.cells.some(({ experiment }) => experiment === name)) this.forget('trial', key);
    }
    for (const { group, experiment } of this.parents.values()) {
      if (experiment === name) this.forget('parent', group);
    }
  }

  /** Ids of all groups that trials were told of. */
  get groups(): Iterable<string> {
    return this.#groups.keys();
  }

  /** The trials of a group. */
  members(group: string): Member[] {
    const keys = [...(this.#groups.get(group) ?? [])];
    return keys.flatMap((key) => {
      const trial = this.trials.get(key);
      if (!trial) return [];
      return trial.state.cells.flatMap((cell, index) =>
        groupId(cell) === group ? [{ trial, index, cell }] : [],
      );
    });
  }

  /** @throws JournalError when the disk is full; what was told is looked up on the server then. */
  close(): void {
    try {
      this.#appender.write();
    } finally {
      this.#appender.close();
    }
  }

  #append(record: StateRecord): void {
    this.#apply(record);
    this.#appender.append(encodeRecord(record));
  }

  #apply(record: StateRecord): void {
    switch (record.type) {
      case 'trial':
        this.trials.set(record.value.key, record.value);
        for (const cell of record.value.state.cells) this.#enter(cell, record.value.key);
        break;
      case 'parent':
        this.parents.set(record.value.group, record.value);
        break;
      case 'experiment':
        this.experiments.set(record.value.name, record.value);
        break;
      case 'doubt':
        this.doubts.set(record.value.identity, record.value);
        break;
      case 'forget':
        this[`${record.kind}s`].delete(record.id);
        break;
    }
  }

  #enter(cell: Group, key: string): void {
    const group = groupId(cell);
    const keys = this.#groups.get(group);
    if (keys) keys.add(key);
    else this.#groups.set(group, new Set([key]));
  }

  /** Reads the file, and writes it anew where records are damaged or mostly outdated. */
  #load(): void {
    let records = 0;
    let damaged = 0;
    for (const { value } of existsSync(this.path) ? readRecords(this.path) : []) {
      records++;
      const record = stateRecord.safeParse(value).data;
      if (record) this.#apply(record);
      else damaged++;
    }
    const live = [this.trials, this.parents, this.experiments, this.doubts];
    const count = live.reduce((sum, { size }) => sum + size, 0);
    if (damaged > 0 || records > 2 * count + 100) this.#rewrite();
  }

  #rewrite(): void {
    const records: StateRecord[] = [
      ...[...this.experiments.values()].map((value) => ({ type: 'experiment', value }) as const),
      ...[...this.trials.values()].map((value) => ({ type: 'trial', value }) as const),
      ...[...this.parents.values()].map((value) => ({ type: 'parent', value }) as const),
      ...[...this.doubts.values()].map((value) => ({ type: 'doubt', value }) as const),
    ];
    replaceFileSync(this.path, Buffer.concat(records.map(encodeRecord)));
  }
}
