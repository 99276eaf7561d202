import { expect, it } from 'vitest';
import type { Calibration } from '@fsad/calibration';
import { caveatOf } from '../src/view/words.ts';

it.each([
  [{ pictures: 1, refits: 0 }, /^Learned from one picture/],
  [{ pictures: 3, refits: 6 }, /rests on 3 pictures/],
  [{ pictures: 5, refits: 10 }, /^$/],
  [{ pictures: 5, refits: 10, odd: null }, /^$/],
  [{ pictures: 5, refits: 10, odd: { number: 1, name: null } }, /^Good picture 1 of 5 scores far above/],
  [{ pictures: 5, refits: 10, odd: { number: 2, name: 'b.png' } }, /^Good picture 2 of 5, b\.png, scores/],
  [{ pictures: 5, refits: 10, odd: { number: 1, name: null }, moved: { before: 1, good: 2, bad: 0 } }, /^$/],
])('says what %o means for the threshold', (made, words) => {
  expect(caveatOf({ moved: null, ...made } as Calibration)).toMatch(words);
});
