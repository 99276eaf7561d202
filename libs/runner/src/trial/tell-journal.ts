import { join, relative } from 'node:path';
import { LockedError, openJournal, paramsOf, scanJournal, type Journal } from '@fsad/tracking/journal';
import type { ResolvedEngine } from '../registry.ts';
import type { StoredResults } from '@fsad/tracking';
import { keysOnDisk, readResult, sidePath, type Cell, type TrialResult } from '../store/index.ts';
import type { TrialImages, TrialTask } from './task.ts';

/** Tells the journal that a trial begins. */
export function tellStart(
  journal: Journal,
  task: TrialTask,
  { split, test }: TrialImages,
  { name, instructionSet }: ResolvedEngine,
): void {
  const { configuration, ...ids } = task.inputs;
  journal.start({
    cell: task.cells[0],
    params: { ...paramsOf(configuration), ...paramsOf(ids), test: test.description },
    tags: tagsOf(task.origin, { name, instructionSet }),
    split,
  });
  for (const cell of task.cells.slice(1)) journal.addCell(cell);
}

function tagsOf(
  { command, gitCommit }: TrialTask['origin'],
  { name, instructionSet }: Pick<ResolvedEngine, 'name' | 'instructionSet'>,
): Record<string, string> {
  return {
    'git.commit': gitCommit ?? 'none',
    engine: instructionSet ? `${name} ${instructionSet}` : name,
    machine: `${process.platform}-${process.arch}`,
    command,
  };
}

/** A result that was told before is made again: for these cells, which another key may have held since. */
export function tellCells(journal: Journal, cells: readonly Cell[]): void {
  for (const cell of cells) journal.addCell(cell);
  journal.commit();
}

/** Tells the journal the outcome. The result is written after it: whoever finds a result finds its journal complete. */
export function tellResult(journal: Journal, store: string, result: TrialResult): void {
  const folder = sidePath(store, result.key);
  for (const file of ['scores.json', 'curves.json', ...result.artefacts.map((artefact) => artefact.file)]) {
    journal.artifact(file, relative(store, join(folder, file)));
  }
  journal.document('configuration.json', `${JSON.stringify(result.inputs, null, 2)}\n`);
  journal.document('result.json', `${JSON.stringify(result, null, 2)}\n`);
  journal.end('ok', { results: resultNumbers(result) });
}

/** Whether an earlier attempt was cut between telling the outcome and writing the result. */
export function isTold(journal: Journal): boolean {
  return heardOf(journal).outcome === 'ok';
}

/** What a journal says of its trial: a good end stays, of other ends the last counts until the next attempt. */
function heardOf(journal: Journal): { readonly started: boolean; readonly outcome: string | null } {
  let started = false;
  let outcome: string | null = null;
  scanJournal(journal.path, (event) => {
    if (event.type === 'started') started = true;
    if (outcome === 'ok') return;
    if (event.type === 'started') outcome = null;
    if (event.type === 'ended') outcome = event.outcome;
  });
  return { started, outcome };
}

/**
 * Completes the journal of a finished trial from its stored result, or makes it again where it is gone; its curves are lost then. False where it says
 * how the trial ended, where there is no result, and while another process writes it.
 * @throws Error for a result that cannot be read, or a file of it that is gone
 */
export async function completeJournal(store: string, key: string): Promise<boolean> {
  const result = await readResult(store, key);
  if (!result) return false;
  let journal: Journal;
  try {
    journal = openJournal(store, key);
  } catch (error) {
    if (error instanceof LockedError) return false;
    throw error;
  }
  try {
    const { started, outcome } = heardOf(journal);
    if (started && outcome !== null && (outcome === 'ok' || result.status !== 'ok')) return false;
    if (!started) tellStartOf(journal, result);
    if (outcome === 'ok') return true;
    if (result.status === 'ok') tellResult(journal, store, result);
    else journal.end(result.status, { message: result.failure?.message });
    return true;
  } finally {
    journal.close();
  }
}

/** The results of a store, for a sync that finds their journals wanting. */
export function storedResults(store: string): StoredResults {
  return { keys: () => keysOnDisk(store), completeJournal: (key) => completeJournal(store, key) };
}

function tellStartOf(journal: Journal, { cells, inputs, split, provenance }: TrialResult): void {
  const { configuration, ...ids } = inputs;
  journal.start({
    cell: cells[0],
    params: { ...paramsOf(configuration), ...paramsOf(ids) },
    tags: { ...tagsOf(provenance, provenance.engine), machine: provenance.machine.platform },
    split,
  });
  for (const cell of cells.slice(1)) journal.addCell(cell);
}

/** The final numbers of a trial by name. */
function resultNumbers({ metrics, provenance }: TrialResult): Record<string, number> {
  const numbers: Record<string, number> = {
    'seconds/fit': provenance.seconds.fit,
    'seconds/score': provenance.seconds.score,
  };
  if (!metrics) return numbers;
  numbers.auroc = metrics.auroc;
  metrics.perScale.forEach((value, scale) => (numbers[`auroc/scale/${scale}`] = value));
  for (const [fraction, value] of Object.entries(metrics.fractions)) {
    numbers[`auroc/fraction/${fraction}`] = value;
  }
  for (const [part, value] of Object.entries(metrics.parts)) numbers[`auroc/${part}`] = value;
  for (const { iterations, auroc } of metrics.onTheWay ?? []) numbers[`auroc/after/${iterations}`] = auroc;
  if (metrics.pixel) {
    numbers['pixel/auroc'] = metrics.pixel.auroc;
    numbers['pixel/pro'] = metrics.pixel.pro;
    if (metrics.pixel.regions !== undefined) numbers['pixel/regions'] = metrics.pixel.regions;
    if (metrics.pixel.leftOut !== undefined) numbers['pixel/left-out'] = metrics.pixel.leftOut;
  }
  return numbers;
}
