import { describe, expect, it } from 'vitest';
import { dirichletScore, fitDirichlet, logarithms, startingConcentration } from '../src/dirichlet.ts';
import { digamma, inverseDigamma } from '../src/digamma.ts';

const logs = (rows: number[][]): Float64Array[] => rows.map(logarithms);

// Expected numbers: docs/baselines.md#1.4, confirmed by direct maximisation of the likelihood.
const first = logs([
  [0.2, 0.3, 0.5],
  [0.1, 0.4, 0.5],
  [0.3, 0.3, 0.4],
  [0.25, 0.35, 0.4],
]);
const second = logs([
  [0.7, 0.1, 0.1, 0.1],
  [0.6, 0.2, 0.1, 0.1],
  [0.8, 0.05, 0.1, 0.05],
  [0.55, 0.15, 0.2, 0.1],
  [0.65, 0.2, 0.05, 0.1],
]);

function expectClose(actual: ArrayLike<number>, expected: number[], digits = 6): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, digits));
}

describe('the Dirichlet fit', () => {
  it('begins with the stated concentration', () => {
    expect(startingConcentration(first)).toBeCloseTo(53.499037, 5);
    expect(startingConcentration(second)).toBeCloseTo(49.019118, 5);
  });

  it('ends at the likelihood maximum of the two fixtures', () => {
    expectClose(fitDirichlet(first)!, [9.812199, 16.358366, 21.669585], 5);
    expectClose(fitDirichlet(second)!, [28.947404, 5.906931, 4.836992, 4.272939], 5);
  });

  it('satisfies psi(alpha_j) - psi(sum alpha) = mean log p_j', () => {
    for (const rows of [first, second]) {
      const alpha = fitDirichlet(rows)!;
      const total = digamma(alpha.reduce((sum, value) => sum + value));
      alpha.forEach((value, j) => {
        const mean = rows.reduce((sum, row) => sum + row[j], 0) / rows.length;
        expect(Math.abs(digamma(value) - total - mean)).toBeLessThan(1e-9);
      });
    }
  });

  it('scores the fixtures as stated', () => {
    const score = (rows: Float64Array[]): number[] => {
      const alpha = fitDirichlet(rows)!;
      return rows.map((row) => dirichletScore(alpha, row));
    };
    expectClose(score(first), [-47.000807, -48.690631, -48.040052, -47.279203], 4);
    expectClose(score(second), [-37.637987, -38.544873, -39.575985, -39.728651, -38.967487], 4);
  });

  it('gives every image the same score when all their outputs are uniform', () => {
    const uniform = logs([[1 / 3, 1 / 3, 1 / 3]]);
    expect(dirichletScore([4, 5, 6], uniform[0])).toBeCloseTo(12 * Math.log(1 / 3), 9);
  });

  it.each([
    ['a single row', first.slice(0, 1)],
    ['rows that are all the same', [first[0], first[0], first[0]]],
    ['rows that are all saturated', logs(Array.from({ length: 5 }, () => [1, 0, 0]))],
    [
      'saturated rows that differ in their last bits',
      logs([
        [1, 1e-6, 0],
        [1, 1.0000001e-6, 0],
      ]),
    ],
  ])('declines %s', (_, rows) => {
    expect(fitDirichlet(rows)).toBeNull();
  });

  it('keeps logarithms of a softmax that underflowed finite', () => {
    expect(logarithms([1, 0])[1]).toBeCloseTo(Math.log(1e-7), 12);
  });
});

it('inverts digamma (docs/baselines.md#1.5)', () => {
  expect(inverseDigamma(digamma(2.5))).toBeCloseTo(2.5, 12);
  expect(inverseDigamma(-5)).toBeCloseTo(0.211614, 6);
  expect(inverseDigamma(-2.22)).toBeCloseTo(0.452298, 6);
  expect(inverseDigamma(1)).toBeCloseTo(3.203171, 6);
});
