import { sha256Hex } from '@fsad/files';
import { fromWire, isCode } from '@fsad/mlflow-client';
import type { Drawings, DrawnFiles } from './drawings.ts';
import { groupName, type Group } from './identity.ts';
import { readEvents } from './journal-file.ts';
import type { MlflowRuns } from './mlflow-runs.ts';
import { byEnd, parentPoints, parentStatus, replacedTrials, type FinishedTrial } from './parent-runs.ts';
import { toldName } from './replay.ts';
import { journalPath } from './store.ts';
import type { Member, SyncState } from './sync-state.ts';

/** A trial's good result in a cell, by what the state knows: its numbers are read from its journal when needed. */
type Ended = Omit<FinishedTrial, 'results'> & { readonly offset: number; readonly run: string | undefined };

/**
 * Brings the parent run of a group up to date with its trials. Gives whether there was anything to tell.
 * @param began When the journals began to be read, in milliseconds since 1970. Results that came since wait for the next time: one that came before
 * them may have been missed, and the order of results decides the curves.
 * @throws MlflowError
 */
export async function tellParent(
  store: string,
  group: string,
  began: number,
  state: SyncState,
  runs: MlflowRuns,
  drawings: Drawings | null = null,
): Promise<boolean> {
  const members = state.members(group);
  const parent = state.parents.get(group);
  if (!parent || members.length === 0) return false;
  const now = Date.now();
  const ended = members
    .flatMap(endsOf)
    .filter(({ at }) => at <= began || at > now)
    .sort(byEnd);
  const { status, endTime } = parentStatus(members.map(({ trial }) => trial.state));
  const digest = digestOf([ended, status, endTime]);
  if (digest === parent.digest) return false;
  const from = digestOf(ended.slice(0, parent.steps)) === parent.stepsDigest ? parent.steps : 0;
  const tell = async (): Promise<void> => {
    const finished = ended.map((one) => ({ ...one, results: resultsOf(store, one) }));
    await runs.log(parent.run, { metrics: parentPoints(finished, from) });
    for (const { trial, by } of replacedTrials(ended)) {
      const { run } = trial;
      if (run) await runs.unlessDeleted(run, () => runs.log(run, { tags: { 'replaced-by': by ?? '' } }));
    }
    const drawn = await drawnOf(members[0].cell, ended, drawings, runs);
    if (drawn) await runs.uploadDrawn(parent.run, drawn);
    await runs.client.updateRun(parent.run, status, endTime);
  };
  try {
    await runs.unlessDeleted(parent.run, tell);
  } catch (error) {
    if (!isCode(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    // Gone from the server for good: its trials are told again, to be put below a new one.
    state.forget('parent', group);
    for (const { trial } of members) state.forget('trial', trial.key);
    throw error;
  }
  state.putParent({ ...parent, steps: ended.length, stepsDigest: digestOf(ended), digest });
  return true;
}

/** The report about the trials that hold their cells; null, with a note, where it cannot be made. */
async function drawnOf(
  group: Group,
  ended: readonly Ended[],
  drawings: Drawings | null,
  runs: MlflowRuns,
): Promise<DrawnFiles | null> {
  if (!drawings || ended.length === 0 || !runs.takesArtifacts) return null;
  const keys = new Map(ended.map(({ trial, key }) => [trial, key]));
  try {
    return await drawings.ofGroup(group, [...keys.values()]);
  } catch (error) {
    runs.notes.add(`${groupName(group)}: its report could not be written: ${(error as Error).message}`);
    return null;
  }
}

function endsOf({ trial, index, cell }: Member): Ended[] {
  const { ok, filled } = trial.state;
  const { key, runs } = trial;
  return filled.flatMap(({ cell: filledCell, at }) =>
    filledCell === index && ok !== null ? [{ key, trial: cell.trial, at, offset: ok, run: runs[index] }] : [],
  );
}

function digestOf(value: unknown): string {
  return sha256Hex(JSON.stringify(value));
}

/** The final numbers of a trial, from the record of its end. */
function resultsOf(store: string, { key, offset }: Ended): Record<string, number> {
  for (const { event } of readEvents(journalPath(store, key), offset, offset + 1)) {
    if (event?.type !== 'ended') break;
    return Object.fromEntries(
      Object.entries(event.results).map(([name, wire]) => [toldName(name), fromWire(wire)]),
    );
  }
  return {};
}
