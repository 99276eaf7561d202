import { describe, expect, it } from 'vitest';
import { progressLine } from '../src/progress/json-lines.ts';
import { StageProgress } from '../src/progress/index.ts';
import { FakeTerminal } from './support/terminal.ts';

/** A training of two scales and a calibration, a step each 100 ms, as events of a method. */
function train(progress: StageProgress, terminal: FakeTerminal, { from = 0, to = 30 } = {}): void {
  for (let step = from; step < to; step++) {
    const scale = Math.floor(step / 10);
    const stage = scale < 2 ? `scale ${scale + 1} of 2 (${26 + 6 * scale} px)` : 'what good pictures score';
    progress.report({ type: 'metric', name: `scale/${scale}/reconstruction`, step, value: 1 / (step + 1) });
    progress.report({ type: 'progress', stage, done: (step % 10) + 1, total: 10, whole: (step + 1) / 30 });
    terminal.time += 100;
  }
}

describe.each([20, 60, 80, 200])('a training on a terminal of %d columns', (columns) => {
  it('has one row for what goes on, which never wraps, and one more for each stage that ended', async () => {
    const terminal = new FakeTerminal(columns);
    const progress = new StageProgress(terminal);
    progress.report({ type: 'progress', stage: 'scale 1 of 2 (26 px)', done: 0, total: 10, whole: 0 });
    train(progress, terminal, { to: 15 });
    const rows = await terminal.visible();
    expect(rows.filter((row) => row.includes('░'))).toHaveLength(1);
    expect(rows.at(-1)).toMatch(/^█+░+ +\d+ %/);
    expect(rows.at(-1)!.length).toBeLessThan(columns);
    if (columns >= 60) {
      expect(rows).toHaveLength(2);
      expect(rows.at(-1)).toMatch(/^█+░+  50 %, 1\.4 s left, scale 2 of 2/);
    }
  });

  it('has one row still when it is made narrower and wider amid the training', async () => {
    const terminal = new FakeTerminal(columns);
    const progress = new StageProgress(terminal);
    progress.say('a line that stays');
    train(progress, terminal, { to: 4 });
    for (const [i, width] of [
      Math.ceil(columns / 2),
      columns,
      Math.ceil(columns / 3),
      2 * columns,
    ].entries()) {
      await terminal.resize(width);
      train(progress, terminal, { from: 4 + i, to: 5 + i });
    }
    const rows = (await terminal.visible()).join('\n');
    expect(rows.match(/\d+ %/g)).toEqual(['26 %']);
    expect(rows.replaceAll('\n', '')).toContain('a line that stays');
    // tmux copies what is erased below the top of the screen into its history.
    expect(terminal.text).not.toContain('\u001b[J');
  });
});

it('estimates the whole of a training, not its stage, from what was seen of it', async () => {
  const terminal = new FakeTerminal(200);
  const progress = new StageProgress(terminal);
  const at = (whole: number): void =>
    progress.report({ type: 'progress', stage: `stage ${Math.floor(10 * whole)}`, done: 1, total: 2, whole });
  // Continued at 40 %: what was done before took no time here.
  at(0.4);
  terminal.time += 6000;
  at(0.7);
  expect((await terminal.visible()).at(-1)).toContain(' 70 %, 6.0 s left, stage 7: 1 of 2');
});

it.each([40, 60, 80])(
  'cuts the losses of a stage that ended at %d columns, not its time',
  async (columns) => {
    const losses = ['real', 'fake', 'adversarial', 'reconstruction'];
    const train = (terminal: FakeTerminal): void => {
      const progress = new StageProgress(terminal);
      for (const done of [1, 2]) {
        for (const name of losses)
          progress.report({ type: 'metric', name: `scale/0/${name}`, step: 0, value: 13.522 });
        progress.report({ type: 'progress', stage: 'scale 1 of 3 (26 px)', done, total: 2, whole: done / 6 });
        terminal.time += 5300;
      }
    };
    const [bars, plain] = [new FakeTerminal(columns), new FakeTerminal(columns, 'plain')];
    train(bars);
    train(plain);
    const rows = await bars.visible();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(/^scale 1 of 3 \(26 px\): 2 of .*…, 5\.3 s$/);
    expect(rows[0].length).toBeLessThan(columns);
    expect(plain.text).toContain(
      'scale 1 of 3 (26 px): 2 of 2, real 13.522 fake 13.522 adversarial 13.522 reconstruction 13.522, 5.3 s\n',
    );
  },
);

it('says that a second is left where it is less, and what was measured to the millisecond', async () => {
  const terminal = new FakeTerminal(100);
  const progress = new StageProgress(terminal);
  progress.update('scoring', 1, 4);
  terminal.time += 300;
  progress.update('scoring', 2, 4);
  expect((await terminal.visible()).at(-1)).toMatch(/ 50 %, 1 s left, scoring: 2 of 4$/);
  terminal.time += 300;
  progress.update('scoring', 4, 4);
  expect((await terminal.visible()).at(-1)).toBe('scoring: 4 of 4, 600 ms');
});

it('keeps the last line of a stage, with its losses and its time', async () => {
  const terminal = new FakeTerminal(100);
  train(new StageProgress(terminal), terminal);
  expect((await terminal.visible()).map((row) => row.replace(/, \d.*/, ''))).toEqual(
    [
      'scale 1 of 2 (26 px): 10 of 10, reconstruction 0.100',
      'scale 2 of 2 (32 px): 10 of 10, reconstruction 0.050',
      'what good pictures score: 10 of 10, reconstruction 0.033',
    ].map((row) => row.replace(/, \d.*/, '')),
  );
});

it('writes a plain line every ten seconds where nothing can be drawn over, and never an escape', () => {
  const terminal = new FakeTerminal(80, 'plain');
  const progress = new StageProgress(terminal);
  for (let done = 0; done < 25; done++) {
    progress.update('scoring', done, 100);
    terminal.time += 1000;
  }
  expect(terminal.text.split('\n')).toEqual([
    'scoring: 0 of 100',
    'scoring: 10 of 100, 1 min 30 s left',
    'scoring: 20 of 100, 1 min 20 s left',
    '',
  ]);
});

it('writes JSON lines that keep their schema', () => {
  const terminal = new FakeTerminal(80, 'json');
  const progress = new StageProgress(terminal);
  progress.say('a \u001b note');
  train(progress, terminal);
  const lines = terminal.text
    .trim()
    .split('\n')
    .map((line) => progressLine.parse(JSON.parse(line)));
  expect(lines[0]).toEqual({ type: 'note', text: 'a \u001b note' });
  expect(lines.at(-1)).toEqual({
    type: 'progress',
    stage: 'what good pictures score',
    done: 10,
    total: 10,
    whole: 1,
    secondsLeft: 0,
    note: 'reconstruction 0.033',
  });
  expect(terminal.text).not.toContain('\u001b');
});

it('writes notes alone when no progress is wanted', () => {
  const terminal = new FakeTerminal(80, 'none');
  const progress = new StageProgress(terminal);
  progress.say('a note');
  train(progress, terminal);
  expect(terminal.text).toBe('a note\n');
});

it('says a line above the one that is drawn over', async () => {
  const terminal = new FakeTerminal(60);
  const progress = new StageProgress(terminal);
  progress.update('scoring', 1, 4);
  progress.say('a note');
  progress.update('scoring', 2, 4);
  terminal.time += 1000;
  progress.update('scoring', 3, 4);
  expect(await terminal.visible()).toEqual(['a note', expect.stringContaining('scoring: 3 of 4')]);
});

it('breaks long notes between words', async () => {
  const terminal = new FakeTerminal(40);
  new StageProgress(terminal).say(
    'one picture, so that the threshold rests on copies of it; see https://example.org/a/rather/long/address',
  );
  expect(await terminal.visible()).toEqual([
    'one picture, so that the threshold',
    'rests on copies of it; see',
    'https://example.org/a/rather/long/addres',
    's',
  ]);
});

it('cuts names of wide letters by the columns they take', async () => {
  const terminal = new FakeTerminal(40);
  new StageProgress(terminal).update('検査'.repeat(20), 1, 4);
  const rows = await terminal.visible();
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatch(/, (検査){5}検…$/u);
});
