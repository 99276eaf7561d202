import { expect, it } from 'vitest';
import { duration } from '../src/index.ts';

it.each([
  [0.34, '340 ms'],
  [4.25, '4.3 s'],
  [59.4, '59 s'],
  [75, '1 min 15 s'],
  [3000, '50 min'],
  [36000, '10.0 h'],
  [3 * 86400, '3.0 days'],
])('writes %d seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));
