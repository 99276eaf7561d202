import { expect, it } from 'vitest';
import type { Calibration } from '@fsad/calibration';
import { oddGoodOf } from '../src/odd-good.ts';

const good = ['a.png', 'b.png', 'camera.jpg', 'camera.jpg'].map((name, i) => ({ id: 10 + i, name }));
const learnedFrom = [10, 11, 12, 13];
const withOdd = (odd: Calibration['odd']) =>
  ({ moved: null, odd, pictures: 5, refits: 10 }) as unknown as Calibration;

it('is none without a model, or where no picture is odd', () => {
  expect(oddGoodOf(null, learnedFrom, good)).toBeNull();
  expect(oddGoodOf(withOdd(null), learnedFrom, good)).toBeNull();
});

it('is the one that was learned from at that place, whatever was removed since and whatever it is called', () => {
  const odd = withOdd({ number: 4, name: 'camera.jpg' });
  expect(oddGoodOf(odd, learnedFrom, good)).toBe(13);
  expect(oddGoodOf(odd, learnedFrom, good.slice(1))).toBe(13);
});

it('of a model that was opened is the only one of that name', () => {
  expect(oddGoodOf(withOdd({ number: 5, name: 'b.png' }), null, good)).toBe(11);
  expect(oddGoodOf(withOdd({ number: 5, name: 'camera.jpg' }), null, good)).toBeNull();
  expect(oddGoodOf(withOdd({ number: 5, name: null }), null, good)).toBeNull();
});
