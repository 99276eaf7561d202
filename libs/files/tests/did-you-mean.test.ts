import { expect, it } from 'vitest';
import { didYouMean, nearestWord } from '../src/index.ts';

const VERBS = ['train', 'score', 'localize', 'datasets'];

it.each([
  ['trian', 'train'],
  ['traim', 'train'],
  ['trai', 'train'],
  ['TRAIN', 'train'],
  ['localise', 'localize'],
  ['dataset', 'datasets'],
])('%s is near %s', (word, near) => expect(nearestWord(word, VERBS)).toBe(near));

it.each(['x', 'ab', 'brain-scan', 'strategy', ''])('%s is near none', (word) =>
  expect(nearestWord(word, VERBS)).toBeNull(),
);

it('asks, or says nothing', () => {
  expect(didYouMean('scoer', VERBS)).toBe('. Did you mean "score"?');
  expect(didYouMean('zebra', VERBS)).toBe('');
});
