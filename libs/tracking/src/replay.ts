import { fromWire, limits, type MetricPoint, type RunStatus } from '@fsad/mlflow-client';
import type { Cell, JournalEvent, Outcome, TrackedSplit } from './events.ts';
import { sameCell } from './identity.ts';

/** What a journal says of its trial as a whole. Times in milliseconds since 1970. */
export interface TrialState {
  readonly cells: readonly Cell[];
  readonly startedAt: number | null;
  readonly outcome: Outcome | 'running' | null;
  readonly endedAt: number | null;
  /** Where the record of the good end begins. */
  readonly ok: number | null;
  /** Which cells (positions in `cells`) the good result filled, and when: at its end, and whenever one was given to it later. */
  readonly filled: readonly { readonly cell: number; readonly at: number }[];
}

export const nothingKnown: TrialState = {
  cells: [],
  startedAt: null,
  outcome: null,
  endedAt: null,
  ok: null,
  filled: [],
};

/** An artefact to be told: a file of the store, or text of the journal. */
export type ToldArtifact =
  { readonly file: string; readonly bytes: number; readonly sha256: string } | { readonly text: string };

/** What a stretch of a journal adds to a run, its points aside (see {@link pointsOf}). */
export interface RunChanges {
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly split: TrackedSplit | null;
  readonly artifacts: ReadonlyMap<string, ToldArtifact>;
}

/** Follows a journal event by event, from the beginning or from a state reached before. */
export class Replay {
  #state: TrialState;
  #params: Record<string, string> = {};
  #tags: Record<string, string> = {};
  #split: TrackedSplit | null = null;
  readonly #artifacts = new Map<string, ToldArtifact>();

  constructor(before: TrialState = nothingKnown) {
    this.#state = before;
  }

  get state(): TrialState {
    return this.#state;
  }

  get changes(): RunChanges {
    return { params: this.#params, tags: this.#tags, split: this.#split, artifacts: this.#artifacts };
  }

  /** Takes one event; `offset` is where its record begins. */
  take(event: JournalEvent, offset: number): void {
    switch (event.type) {
      case 'started':
        this.#start(event);
        break;
      case 'cell':
        this.#addCell(event.cell, event.at);
        break;
      case 'artifact': {
        const { path, file, bytes, sha256 } = event;
        this.#artifacts.set(path, { file, bytes, sha256 });
        break;
      }
      case 'document':
        this.#artifacts.set(event.path, { text: event.text });
        break;
      case 'ended':
        this.#end(event, offset);
        break;
    }
  }

  #start({ at, cell, params, tags, split }: Extract<JournalEvent, { type: 'started' }>): void {
    // Parameters are what the key covers: a later attempt has none that the first had not.
    if (this.#state.startedAt === null) this.#params = { ...params };
    if (split) this.#split = split;
    Object.assign(this.#tags, tags);
    this.#addCell(cell, at);
    this.#state = { ...this.#state, startedAt: this.#state.startedAt ?? at };
    if (this.#state.ok === null) this.#setOutcome('running', this.#state.endedAt);
  }

  #addCell(cell: Cell, at: number): void {
    const { cells, filled, ok } = this.#state;
    const place = cells.findIndex((known) => sameCell(known, cell));
    const index = place >= 0 ? place : cells.length;
    this.#state = {
      ...this.#state,
      cells: place >= 0 ? cells : [...cells, cell],
      filled: ok === null ? filled : [...filled, { cell: index, at }],
    };
  }

  /** A trial that ended well stays so, whatever then befell its process. */
  #end(event: Extract<JournalEvent, { type: 'ended' }>, offset: number): void {
    const { at, outcome, message, step } = event;
    if (this.#state.ok !== null) return;
    const again = this.#state.endedAt !== null;
    if (message !== undefined || again) this.#tags.message = tagText(message ?? '');
    if (step !== undefined || again) this.#tags.step = String(step ?? '');
    if (outcome === 'ok') {
      const filled = this.#state.cells.map((_, cell) => ({ cell, at }));
      this.#state = { ...this.#state, ok: offset, filled };
    }
    this.#setOutcome(outcome, at);
  }

  #setOutcome(outcome: Outcome | 'running', endedAt: number | null): void {
    this.#state = { ...this.#state, outcome, endedAt };
    this.#tags.outcome = outcome;
  }
}

/** Words of a failure may hold anything; a tag does not. */
function tagText(text: string): string {
  return Buffer.from(text.replaceAll('\0', ' ').slice(0, limits.tagLength)).toString();
}

/** The metric points of an event, with the time they were made: told twice they are the same points. */
export function pointsOf(event: JournalEvent): MetricPoint[] {
  if (event.type !== 'metrics' && event.type !== 'ended') return [];
  const values = event.type === 'metrics' ? event.values : event.results;
  const step = event.type === 'metrics' ? event.step : 0;
  return Object.entries(values).map(([key, value]) => ({
    key: toldName(key),
    value: fromWire(value),
    timestamp: event.at,
    step,
  }));
}

/** A number's name as MLflow shows it: scales count from 1, as on every page and in every log; journals count them from 0. */
export function toldName(name: string): string {
  return name.replace(/(^|\/)scale\/(\d+)(?=\/|$)/, (_, before: string, scale: string) => {
    return `${before}scale/${Number(scale) + 1}`;
  });
}

/** MLflow's word for how a trial stands. */
export function runStatus(outcome: TrialState['outcome']): RunStatus {
  switch (outcome) {
    case 'ok':
      return 'FINISHED';
    case 'killed':
    case 'interrupted':
      return 'KILLED';
    case 'running':
    case null:
      return 'RUNNING';
    default:
      return 'FAILED';
  }
}
