import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { readInside, UnsafePathError, sha256Hex } from '@fsad/files';
import { isCode, limits, type DatasetInput, type MetricPoint, type NewRun } from '@fsad/mlflow-client';
import type { Cell, TrackedSplit } from './events.ts';
import { trialDescription, type Drawings, type TrialDrawings } from './drawings.ts';
import { groupParams, runIdentity, tagNames, trialName } from './identity.ts';
import { readEvents, scanJournal } from './journal-file.ts';
import type { MlflowRuns } from './mlflow-runs.ts';
import { nothingKnown, pointsOf, Replay, runStatus, type ToldArtifact, type TrialState } from './replay.ts';
import { journalPath, trialFolder } from './store.ts';
import type { SyncState } from './sync-state.ts';

/** A committed stretch of a journal, in bytes. */
interface Stretch {
  readonly key: string;
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Tells what is new and committed in the journal of a trial to its run, or runs where it fills several cells. Gives whether there was anything.
 * @throws MlflowError
 */
export async function tellTrial(
  store: string,
  key: string,
  state: SyncState,
  runs: MlflowRuns,
  drawings: Drawings | null = null,
): Promise<boolean> {
  try {
    return await tellOnce(store, key, state, runs, drawings);
  } catch (error) {
    if (!isCode(error, 'RESOURCE_DOES_NOT_EXIST') || !state.trials.has(key)) throw error;
    // The server has its run no more: told from the beginning, to a new one.
    state.forget('trial', key);
    return tellOnce(store, key, state, runs, drawings);
  }
}

/** Takes note of a trial that could not be told: all of it is to be told again, and its parent run counts it all the same. */
export function noteUntold(store: string, key: string, state: SyncState): void {
  const path = journalPath(store, key);
  let found: TrialState = nothingKnown;
  try {
    found = replayOf({ key, path, from: 0, to: scanJournal(path).committed }).state;
  } catch {
    // It is not there, or another trial's: why it could not be told is said already.
  }
  state.putTrial({ key, told: 0, size: -1, mtimeMs: 0, state: found, runs: [] });
}

async function tellOnce(
  store: string,
  key: string,
  state: SyncState,
  runs: MlflowRuns,
  drawings: Drawings | null,
): Promise<boolean> {
  const path = journalPath(store, key);
  const { size, mtimeMs } = statSync(path);
  const known = state.trials.get(key);
  let before = known && beginsRecord(path, known.told, size) ? known : undefined;
  const { committed, damaged } = scanJournal(path, undefined, before?.told);
  const to = Math.max(before?.told ?? 0, committed);
  for (const { start, end } of damaged) {
    if (start < to) runs.notes.add(`${path}: ${end - start} bytes at ${start} are damaged and left out`);
  }
  let replay = replayOf({ key, path, from: before?.told ?? 0, to }, before?.state);
  if (before && replay.state.cells.length !== before.runs.length) {
    // A cell came that knows nothing yet: all is told again, which changes nothing for the others.
    before = undefined;
    replay = replayOf({ key, path, from: 0, to });
  }
  const from = before?.told ?? 0;
  const runIds: string[] = [];
  const drawn = replay.changes.tags.outcome === 'ok' ? await drawnOf(key, drawings, runs) : null;
  for (const [i, cell] of replay.state.cells.entries()) {
    const startTime = replay.state.startedAt ?? Math.round(mtimeMs);
    const parent = await runs.parent(cell, startTime);
    const runId =
      before?.runs[i] ?? (await runs.child(cell.experiment, newRun(runs, key, cell, parent, startTime))).id;
    if (to > from) {
      await runs.unlessDeleted(runId, () =>
        tellRun(store, runId, { key, path, from, to }, cell, replay, runs, drawn),
      );
    }
    runIds.push(runId);
  }
  state.putTrial({ key, told: to, size, mtimeMs, state: replay.state, runs: runIds });
  return to > from;
}

/** Whether a journal still has a record that begins at `offset`, or ends there; one that was cut and continued since may not. */
function beginsRecord(path: string, offset: number, size: number): boolean {
  if (offset === 0 || offset > size) return offset === 0;
  const file = openSync(path, 'r');
  try {
    const before = Buffer.alloc(1);
    readSync(file, before, 0, 1, offset - 1);
    return before.toString() === '\n';
  } finally {
    closeSync(file);
  }
}

function replayOf({ path, from, to }: Stretch, before?: Replay['state']): Replay {
  const replay = new Replay(before);
  for (const { start, event } of readEvents(path, from, to)) if (event) replay.take(event, start);
  return replay;
}

function newRun(
  { storeId }: MlflowRuns,
  key: string,
  cell: Cell,
  parent: string,
  startTime: number,
): Omit<NewRun, 'experimentId'> {
  const tags = {
    [tagNames.run]: runIdentity(storeId, key, cell),
    [tagNames.key]: key,
    'mlflow.parentRunId': parent,
    'mlflow.note.content': trialDescription(cell),
  };
  return { name: trialName(cell), startTime, tags };
}

/** Everything of a stretch to one run, its status last: a run that looks finished is. */
async function tellRun(
  store: string,
  runId: string,
  stretch: Stretch,
  cell: Cell,
  replay: Replay,
  runs: MlflowRuns,
  drawn: TrialDrawings | null,
): Promise<void> {
  const { params, tags, split, artifacts } = replay.changes;
  const isFirst = stretch.from === 0;
  const commit = tags['git.commit'];
  await runs.log(runId, {
    params: isFirst ? { ...params, ...groupParams(cell), trial: String(cell.trial) } : {},
    tags: { ...tags, ...(commit ? { 'mlflow.source.git.commit': commit } : {}) },
  });
  if (split) await runs.client.logDataset(runId, datasetOf(split));
  await tellPoints(runId, stretch, runs);
  await tellArtifacts(store, stretch.key, runId, artifacts, runs, drawn);
  if (drawn) await runs.uploadDrawn(runId, drawn);
  const { outcome, endedAt } = replay.state;
  if (tags.outcome === undefined) return;
  await runs.client.updateRun(
    runId,
    runStatus(outcome),
    outcome === 'running' ? undefined : (endedAt ?? undefined),
  );
}

/** The training images: who they are goes along, and the id, which covers them, tells one draw from another. */
function datasetOf(split: TrackedSplit): DatasetInput {
  const { id, dataset, class: className, shots, trial, rule, train } = split;
  return {
    name: `${dataset}/${className}`,
    digest: id.slice(0, limits.digestLength),
    sourceType: 'fsad',
    source: JSON.stringify({ split: id, dataset, class: className, shots, trial, rule }),
    profile: JSON.stringify({ train: train.map(({ id: image, sha256 }) => ({ id: image, sha256 })) }),
    context: 'training',
  };
}

async function tellPoints(runId: string, { path, from, to }: Stretch, runs: MlflowRuns): Promise<void> {
  let batch: MetricPoint[] = [];
  for (const { event } of readEvents(path, from, to)) {
    if (!event) continue;
    batch.push(...pointsOf(event));
    if (batch.length < limits.metricsPerBatch) continue;
    await runs.log(runId, { metrics: batch });
    batch = [];
  }
  if (batch.length > 0) await runs.log(runId, { metrics: batch });
}

async function tellArtifacts(
  store: string,
  key: string,
  runId: string,
  artifacts: ReadonlyMap<string, ToldArtifact>,
  runs: MlflowRuns,
  drawn: TrialDrawings | null,
): Promise<void> {
  for (const [path, artifact] of artifacts) {
    if (!runs.takesArtifacts) return;
    const bytes =
      'text' in artifact ? Buffer.from(artifact.text) : await contentOf(store, key, artifact, runs);
    if (bytes) await runs.upload(runId, [[drawn?.names.get(path) ?? path, bytes]]);
  }
}

/** What is drawn of a trial; null, with a note, where that fails: its numbers are told all the same. */
async function drawnOf(
  key: string,
  drawings: Drawings | null,
  runs: MlflowRuns,
): Promise<TrialDrawings | null> {
  try {
    return (await drawings?.ofTrial(key)) ?? null;
  } catch (error) {
    runs.notes.add(`trial ${key}: its pictures could not be drawn: ${(error as Error).message}`);
    return null;
  }
}

/** The file as it was when the journal told of it; null, with a note, where it is no more, or was never one of the trial's. */
async function contentOf(
  store: string,
  key: string,
  { file, bytes: size, sha256 }: Extract<ToldArtifact, { file: string }>,
  { notes }: MlflowRuns,
): Promise<Buffer | null> {
  const folder = `${key.slice(0, 2)}/${key}/`;
  if (!file.startsWith(folder)) {
    notes.add(`${JSON.stringify(file)}: is no file of trial ${key} and is not told`);
    return null;
  }
  let bytes: Buffer;
  try {
    bytes = await readInside(trialFolder(store, key), file.slice(folder.length), size);
  } catch (error) {
    if (error instanceof UnsafePathError) notes.add(`${error.message}, nor told`);
    else if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      notes.add(`${file}: is gone from the store and is not told`);
    else throw error;
    return null;
  }
  if (sha256Hex(bytes) === sha256) return bytes;
  notes.add(`${file}: was changed since its trial ended and is not told`);
  return null;
}
