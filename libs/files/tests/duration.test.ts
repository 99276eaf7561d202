import { expect, it } from 'vitest';
import { duration, timeLeft } from '../src/index.ts';

it.each([
  [0.34, '340 ms'],
  [4.25, '4.3 s'],
  [59.4, '59 s'],
  [75, '1 min 15 s'],
  [3000, '50 min'],
  [36000, '10.0 h'],
  [3 * 86400, '3.0 days'],
])('writes %d seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));

it.each([
  [0, '1 s'],
  [0.911, '1 s'],
  [0.9996, '1.0 s'],
  [75, '1 min 15 s'],
])('of %d seconds that are left says %s, never a part of one', (seconds, text) =>
  expect(timeLeft(seconds)).toBe(text),
);
