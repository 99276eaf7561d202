import { describe, expect, it } from 'vitest';
import { progressLine } from '../src/progress/json-lines.ts';
import { RunProgress, type ProgressScreen } from '../src/progress/index.ts';
import type { RunEvent } from '../src/run-events.ts';
import { sampleCell } from './support/samples.ts';
import { FakeTerminal } from './support/terminal.ts';

function screen(shows: ProgressScreen['shows'], columns = 60) {
  const terminal = new FakeTerminal(columns, shows);
  const progress = new RunProgress(terminal);
  return {
    terminal,
    show: (event: RunEvent) => progress.show(event),
    pass: (ms: number) => (terminal.time += ms),
    text: () => terminal.text,
    visible: () => terminal.visible(),
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
  progress: { stage: 'scale 1 of 2', done, total: 9, whole: done / 18 },
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
  it('on a terminal keeps one line a finished trial and redraws one line a running trial and one for the whole', async () => {
    const { show, pass, visible } = screen('bar', 100);
    show(plan);
    show(start);
    pass(1000);
    show(progress(3));
    pass(1000);
    show(progress(4));
    expect(await visible()).toEqual([
      '5 trials: 2 done before, 3 to do, 2 side by side with 1 thread each, about 1 min 30 s',
      'generated a, 1-shot, trial 0, steady full: scale 1 of 2 4/9, 2.0 s',
      '█░░░░░░░░░░░░░░░   7 %, 1 min 28 s left, 0 of 3 done, 1 at work, 2 waiting',
    ]);
    show(finish);
    expect((await visible()).slice(1)).toEqual([
      'done     generated a, 1-shot, trial 0, steady full: AUROC 64.3 %, 12 s',
    ]);
  });

  it('elsewhere writes a line for start and end and one for the whole every half minute, never an escape', () => {
    const { show, pass, text } = screen('plain');
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
      'at work  generated a, 1-shot, trial 0, steady full: scale 1 of 2 2/9, 30 s',
      '0 of 3 done, 1 at work, 2 waiting, 1 min 0 s left',
      'done     generated a, 1-shot, trial 0, steady full: AUROC 64.3 %, 12 s',
    ]);
  });

  it('says how and where a trial failed', () => {
    const { show, text } = screen('plain');
    show({ ...finish, status: 'diverged', auroc: null, message: 'scale 2 40/500: loss is NaN' } as RunEvent);
    expect(text()).toContain(
      'NOT WELL generated a, 1-shot, trial 0, steady full: diverged: scale 2 40/500: loss is NaN',
    );
  });

  it.each([40, 60, 80, 200])(
    'fits %d columns, where names are cut and how far it is stays',
    async (columns) => {
      const { show, visible, terminal } = screen('bar', columns);
      show(plan);
      for (const worker of [0, 1]) {
        show({ type: 'start', key: `k${worker}`, cell: sampleCell('a-class-of-a-rather-long-name'), worker });
        terminal.time += 1000;
        show({ type: 'progress', key: `k${worker}`, progress: { stage: 'scale 1 of 2', done: 3, total: 9 } });
      }
      terminal.time += 200;
      show({ type: 'progress', key: 'k1', progress: { stage: 'scale 1 of 2', done: 4, total: 9 } });
      const rows = (await visible()).slice(-3);
      expect(rows[0]).toMatch(/: scale 1 of 2 3\/9, 2\.2 s$/);
      expect(rows[1]).toMatch(/: scale 1 of 2 4\/9, 1\.2 s$/);
      expect(rows[2]).toMatch(/^█*░+ +0 %, 1 min 28 s/);
      for (const row of rows) expect(row.length).toBeLessThan(columns);
    },
  );

  it.each([
    [60, 'generated airp…arningRate-0.01'],
    [80, 'generated airplane 1-sho…dy full.learningRate-0.01'],
    [90, 'generated airplane 1-shot t0 steady full.learningRate-0.01'],
    [120, 'generated airplane, 1-shot, trial 0, steady full.learningRate-0.01'],
  ])('a trial that ended has one row of %d columns, with its number', async (columns, name) => {
    const { show, visible } = screen('bar', columns);
    show({ ...finish, cell: { ...sampleCell('airplane'), variant: 'full.learningRate-0.01' } } as RunEvent);
    expect(await visible()).toEqual([`done     ${name}: AUROC 64.3 %, 12 s`]);
  });

  it('why a trial failed is told whole, on as many rows as it takes', async () => {
    const { show, visible } = screen('bar', 40);
    const message = 'scale 2 40/500: loss is NaN, and has been since the first step of this scale';
    show({ ...finish, status: 'diverged', auroc: null, message } as RunEvent);
    expect((await visible()).join(' ')).toContain(`diverged: ${message}`);
  });

  it('shows no more rows than the terminal has, the whole among them', async () => {
    const { show, visible } = screen('bar', 80);
    show({ ...plan, pending: 40, how: { workers: 30, threads: 1 } } as RunEvent);
    for (let worker = 0; worker < 30; worker++)
      show({ type: 'start', key: `k${worker}`, cell: sampleCell('a'), worker });
    const rows = await visible();
    expect(rows.filter((row) => row.includes('starting'))).toHaveLength(10);
    expect(rows.at(-1)).toContain('30 at work, 10 waiting');
  });

  it('writes JSON lines that keep their schema, with everything that happens', () => {
    const { show, pass, text } = screen('json');
    for (const event of [plan, start]) show(event);
    pass(2000);
    show(progress(4));
    show({ type: 'again', key: 'k', cell: sampleCell('a'), why: 'it was killed' });
    show(finish);
    const lines = text()
      .trim()
      .split('\n')
      .map((line) => progressLine.parse(JSON.parse(line)));
    const types = lines.map(({ type }) => type);
    expect(types).toEqual(['plan', 'trials', 'start', 'trials', 'again', 'finish']);
    expect(lines[3]).toMatchObject({
      total: 3,
      ended: 0,
      failed: 0,
      secondsLeft: 88,
      running: [{ key: 'k', cell: sampleCell('a'), stage: 'scale 1 of 2', done: 4, total: 9, seconds: 2 }],
    });
    expect(lines[5]).toEqual(finish);
  });
});
