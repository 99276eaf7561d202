import { expect, it } from 'vitest';
import { StageProgress } from '../src/progress/index.ts';

function screen(terminal: boolean) {
  let time = 0;
  let text = '';
  const write = (written: string): void => void (text += written);
  const progress = new StageProgress({ write, terminal, columns: () => 60, now: () => time });
  return { progress, pass: (ms: number) => (time += ms), text: () => text };
}

it('redraws one line on a terminal and keeps the last one of a stage', () => {
  const { progress, pass, text } = screen(true);
  progress.update('scoring', 0, 4);
  pass(1000);
  progress.update('scoring', 1, 4, 'loss 0.500');
  pass(3000);
  progress.update('scoring', 4, 4);
  expect(text()).toBe(
    'scoring: 0 of 4\n\u001b[1A\u001b[Jscoring: 1 of 4, loss 0.500, 3.0 s left\n\u001b[1A\u001b[Jscoring: 4 of 4, 4.0 s\n',
  );
});

it('writes a plain line every ten seconds elsewhere', () => {
  const { progress, pass, text } = screen(false);
  for (let done = 0; done < 25; done++) {
    progress.update('scoring', done, 100);
    pass(1000);
  }
  expect(text().split('\n')).toEqual([
    'scoring: 0 of 100',
    'scoring: 10 of 100, 1 min 30 s left',
    'scoring: 20 of 100, 1 min 20 s left',
    '',
  ]);
});

it('says a line above the one that is drawn over', () => {
  const { progress, text } = screen(true);
  progress.update('scoring', 1, 4);
  progress.say('a note');
  expect(text()).toBe('scoring: 1 of 4\n\u001b[1A\u001b[Ja note\n');
});
