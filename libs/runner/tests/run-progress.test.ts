import { describe, expect, it } from 'vitest';
import { RunProgress } from '../src/progress/index.ts';
import type { RunEvent } from '../src/run-events.ts';
import { sampleCell } from './support/samples.ts';

function screen(terminal: boolean) {
  let time = 0;
  let text = '';
  const progress = new RunProgress({
    write: (written) => (text += written),
    terminal,
    columns: () => 60,
    now: () => time,
  });
  return {
    show: (event: RunEvent) => progress.show(event),
    pass: (ms: number) => (time += ms),
    text: () => text,
    /** What a terminal shows after moving up and clearing. */
    visible(): string[] {
      const lines: string[] = [];
      for (const line of text.split('\n')) {
        const up = /^\u001b\[(\d+)A\u001b\[J/.exec(line);
        if (up) lines.splice(lines.length - Number(up[1]));
        lines.push(up ? line.slice(up[0].length) : line);
      }
      return lines.filter(Boolean);
    },
  };
}

const plan: RunEvent = {
  type: 'plan',
  cells: 5,
  done: 2,
  failedBefore: 0,
  pending: 3,
  how: { workers: 2, threads: 1 },
  remainingSeconds: 90,
};
const start: RunEvent = { type: 'start', key: 'k', cell: sampleCell('a'), worker: 0 };
const progress = (done: number): RunEvent => ({
  type: 'progress',
  key: 'k',
  progress: { stage: 'scale-0', done, total: 9 },
});
const finish: RunEvent = {
  type: 'finish',
  key: 'k',
  cell: sampleCell('a'),
  status: 'ok',
  auroc: 0.6431,
  message: null,
  seconds: 12.3,
  pending: 2,
  remainingSeconds: 60,
};

describe('progress of a run', () => {
  it('on a terminal keeps one line a finished trial and redraws one line a running trial and one for the whole', () => {
    const { show, pass, visible } = screen(true);
    show(plan);
    show(start);
    pass(1000);
    show(progress(3));
    pass(1000);
    show(progress(4));
    expect(visible()).toEqual([
      '5 trials: 2 done before, 3 to do, 2 side by side with 1 thread each, about 1 min 30 s',
      'generated a, 1-shot, trial 0, steady full: scale-0 4/9, 2.0…',
      '0 of 3 trials, 1 min 28 s left',
    ]);
    show(finish);
    expect(visible().slice(1)).toEqual([
      'done     generated a, 1-shot, trial 0, steady full: AUROC 64.3, 12 s',
    ]);
  });

  it('elsewhere writes a line for start and end and one for the whole every half minute, never an escape', () => {
    const { show, pass, text } = screen(false);
    show(plan);
    show(start);
    for (let i = 0; i < 40; i++) {
      pass(1000);
      show(progress(i % 9));
    }
    show(finish);
    expect(text()).not.toContain('\u001b');
    expect(text().trim().split('\n').slice(1)).toEqual([
      'begun    generated a, 1-shot, trial 0, steady full',
      'at work  generated a, 1-shot, trial 0, steady full: scale-0 2/9, 30 s',
      '0 of 3 trials, 1 min 0 s left',
      'done     generated a, 1-shot, trial 0, steady full: AUROC 64.3, 12 s',
    ]);
  });

  it('says how and where a trial failed', () => {
    const { show, text } = screen(false);
    show({ ...finish, status: 'diverged', auroc: null, message: 'scale-1 40/500: loss is NaN' } as RunEvent);
    expect(text()).toContain(
      'NOT WELL generated a, 1-shot, trial 0, steady full: diverged: scale-1 40/500: loss is NaN',
    );
  });
});
