import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../src/index.ts';
import { pointsOf, Replay } from '../src/replay.ts';
import { cell } from './stores.ts';

function replay(...events: JournalEvent[]): Replay {
  const one = new Replay();
  events.forEach((event, i) => one.take(event, 100 * i));
  return one;
}

const started = (at: number, tags = {}): JournalEvent => ({
  type: 'started',
  at,
  cell,
  params: { a: '1' },
  tags,
});
const ended = (at: number, outcome: 'ok' | 'killed' | 'diverged', message?: string): JournalEvent => ({
  type: 'ended',
  at,
  outcome,
  results: outcome === 'ok' ? { auroc: 0.9 } : {},
  message,
});

describe('replaying a journal', () => {
  it('takes the start of the first attempt, the tags of the last and the end of the last', () => {
    const { state, changes } = replay(
      started(1, { machine: 'a' }),
      ended(2, 'killed', 'gone'),
      started(3, { machine: 'b' }),
      ended(4, 'ok'),
    );
    expect(state).toMatchObject({ startedAt: 1, endedAt: 4, outcome: 'ok', ok: 300 });
    expect(changes.tags).toEqual({ machine: 'b', outcome: 'ok', message: '', step: '' });
  });

  it('keeps a good end, whatever befalls the process after it', () => {
    const { state } = replay(started(1), ended(2, 'ok'), ended(3, 'killed', 'gone'));
    expect(state).toMatchObject({ outcome: 'ok', endedAt: 2, ok: 100 });
  });

  it('goes on from a state as if it had read all', () => {
    const events = [started(1), ended(2, 'killed'), started(3), ended(4, 'ok')];
    const later = new Replay(replay(...events.slice(0, 2)).state);
    events.slice(2).forEach((event, i) => later.take(event, 100 * (i + 2)));
    expect(later.state).toEqual(replay(...events).state);
    expect(later.changes.params).toEqual({});
  });

  it('collects cells once, and notes when a finished trial is given to one', () => {
    const other = { ...cell, experiment: 'other' };
    const { state } = replay(started(1), { type: 'cell', at: 1, cell }, ended(2, 'ok'), {
      type: 'cell',
      at: 9,
      cell: other,
    });
    expect(state.cells).toEqual([cell, other]);
    expect(state.filled).toEqual([
      { cell: 0, at: 2 },
      { cell: 1, at: 9 },
    ]);
  });

  it('makes a message one that a tag can hold', () => {
    const { changes } = replay(started(1), ended(2, 'diverged', `bad\0\ud800${'x'.repeat(9000)}`));
    expect(changes.tags.message).toMatch(/^bad \ufffdx+$/);
    expect(changes.tags.message).toHaveLength(5000);
  });

  it('gives points the time they were made', () => {
    expect(pointsOf({ type: 'metrics', at: 7, step: 3, values: { loss: 'NaN' } })).toEqual([
      { key: 'loss', value: NaN, timestamp: 7, step: 3 },
    ]);
    expect(pointsOf(ended(8, 'ok'))).toEqual([{ key: 'auroc', value: 0.9, timestamp: 8, step: 0 }]);
  });

  it('gives points of scales names that count from 1', () => {
    const names = ['scale/0/real', 'auroc/scale/1', 'auroc/fraction/0.05'];
    const values = Object.fromEntries(names.map((name) => [name, 1]));
    expect(pointsOf({ type: 'metrics', at: 7, step: 3, values }).map(({ key }) => key)).toEqual([
      'scale/1/real',
      'auroc/scale/2',
      'auroc/fraction/0.05',
    ]);
  });
});
