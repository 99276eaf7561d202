import { describe, expect, it } from 'vitest';
import { auroc, aurocInterval, rocCurve } from '../src/index.ts';
import { randomStream } from '@fsad/tensors';

const scores = [0.1, 0.4, 0.35, 0.8, 0.7, 0.35, 0.2, 0.9, 0.6, 0.35, 0.5, 0.05];
const anomalous = [0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0];

describe('auroc', () => {
  it('equals scikit-learn 1.9.1 roc_auc_score on twelve scores with ties', () => {
    expect(auroc(scores, anomalous)).toBeCloseTo(0.7714285714285714, 15);
  });

  it('counts a tie between the classes as one half', () => {
    expect(auroc([1, 2, 2], [false, false, true])).toBe(0.75);
  });

  it('is exactly 0.5 for constant scores', () => {
    expect(auroc(new Float32Array(7).fill(0.3), [1, 0, 0, 1, 0, 1, 1])).toBe(0.5);
  });

  it('becomes 1 - AUROC when scores are negated', () => {
    const value = auroc(scores, anomalous);
    expect(
      auroc(
        scores.map((score) => -score),
        anomalous,
      ),
    ).toBeCloseTo(1 - value, 15);
  });

  it('ranks infinite scores', () => {
    expect(auroc([-Infinity, 0, Infinity], [false, false, true])).toBe(1);
  });

  it('agrees with counting all pairs on 10,000 scores and takes well under a second', () => {
    const stream = randomStream(1, 'test/auroc');
    const many = Array.from({ length: 10_000 }, () => stream.integer(500));
    const labels = many.map((value) => stream.integer(1000) < value);
    let won = 0;
    let pairs = 0;
    const anomalousScores = many.filter((_, i) => labels[i]);
    const normalCounts = new Float64Array(501);
    many.forEach((value, i) => {
      if (!labels[i]) normalCounts[value]++;
    });
    for (const score of anomalousScores) {
      for (let other = 0; other < 500; other++) {
        pairs += normalCounts[other];
        won += normalCounts[other] * (other < score ? 1 : other === score ? 0.5 : 0);
      }
    }
    const before = process.cpuUsage();
    const value = auroc(many, labels);
    const { user } = process.cpuUsage(before);
    expect(value).toBeCloseTo(won / pairs, 12);
    expect(user).toBeLessThan(500_000);
  });

  it.each([
    { what: 'a set with normal items only', labels: [0, 0, 0], says: '3 normal and 0 anomalous' },
    { what: 'a set with anomalous items only', labels: [1, 1, 1], says: '0 normal and 3 anomalous' },
    { what: 'too few labels', labels: [1, 0], says: '3 scores but 2 labels' },
  ])('refuses $what and says so', ({ labels, says }) => {
    expect(() => auroc([1, 2, 3], labels)).toThrow(says);
  });

  it('refuses a NaN score and names its place', () => {
    expect(() => auroc([1, NaN, 3], [0, 1, 1])).toThrow('score 1 is NaN');
  });
});

describe('rocCurve', () => {
  it('runs from (0, 0) to (1, 1) with one point a distinct score', () => {
    const curve = rocCurve([1, 2, 2, 3], [false, false, true, true]);
    expect([...curve.threshold]).toEqual([Infinity, 3, 2, 1]);
    expect([...curve.falsePositiveRate]).toEqual([0, 0, 0.5, 1]);
    expect([...curve.truePositiveRate]).toEqual([0, 0.5, 1, 1]);
  });

  it('has the AUROC as its trapezoidal area', () => {
    const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(scores, anomalous);
    let area = 0;
    for (let i = 1; i < x.length; i++) area += ((x[i] - x[i - 1]) * (y[i] + y[i - 1])) / 2;
    expect(area).toBeCloseTo(auroc(scores, anomalous), 14);
  });
});

describe('aurocInterval', () => {
  it("equals DeLong's formula evaluated with numpy, clipped at 1", () => {
    const interval = aurocInterval(scores, anomalous);
    expect(interval.method).toBe('delong');
    expect(interval.low).toBeCloseTo(0.48474701836923983, 12);
    expect(interval.high).toBe(1);
    expect(aurocInterval(scores, anomalous, { level: 0.5 }).high).toBeCloseTo(
      0.7714285714285714 + 0.6744897501960817 * Math.sqrt(0.02139455782312925),
      12,
    );
  });

  it('is not empty when the classes are perfectly apart', () => {
    const interval = aurocInterval([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1]);
    expect(interval).toMatchObject({ auroc: 1, high: 1, method: 'newcombe' });
    expect(interval.low).toBeGreaterThan(0.3);
    expect(interval.low).toBeLessThan(0.8);
  });

  it("ends where Newcombe's standard error places the observed area z errors away", () => {
    const { low } = aurocInterval([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1]);
    const variance = (low * (1 - low) * (1 + 2 * ((1 - low) / (2 - low) + low / (1 + low)))) / 9;
    expect((1 - low) / Math.sqrt(variance)).toBeCloseTo(1.959963984540054, 8);
  });

  it('covers a single anomalous item, for which DeLong has no variance', () => {
    const interval = aurocInterval([1, 2, 3, 4], [0, 0, 1, 0]);
    expect(interval.method).toBe('newcombe');
    expect(interval.low).toBeLessThan(interval.auroc);
    expect(interval.high).toBeGreaterThan(interval.auroc);
  });

  it('gives the same bootstrap interval for the same seed, and another for another', () => {
    const [a, b, c] = [5, 5, 6].map((seed) =>
      aurocInterval(scores, anomalous, { method: 'bootstrap', resamples: 200, seed }),
    );
    expect(a).toEqual(b);
    expect([c.low, c.high]).not.toEqual([a.low, a.high]);
  });

  it('has a bootstrap interval near DeLong’s on 400 normal scores', () => {
    const noise = randomStream(3, 'test/interval').normal(400);
    const labels = Array.from(noise, (_, i) => i % 2 === 1);
    const shifted = noise.map((value, i) => value + (labels[i] ? 1 : 0));
    const delong = aurocInterval(shifted, labels);
    const bootstrap = aurocInterval(shifted, labels, { method: 'bootstrap' });
    expect(Math.abs(bootstrap.low - delong.low)).toBeLessThan(0.01);
    expect(Math.abs(bootstrap.high - delong.high)).toBeLessThan(0.01);
  });

  it('holds the true area in about 95 of 100 samples', () => {
    const truth = 0.7602499389065233; // Phi(1 / sqrt 2): unit normals one apart
    let held = 0;
    for (let sample = 0; sample < 400; sample++) {
      const noise = randomStream(sample, 'test/coverage').normal(80);
      const labels = Array.from(noise, (_, i) => i < 40);
      const { low, high } = aurocInterval(
        noise.map((value, i) => value + (labels[i] ? 1 : 0)),
        labels,
      );
      if (low <= truth && truth <= high) held++;
    }
    expect(held).toBeGreaterThan(400 * 0.91);
    expect(held).toBeLessThan(400 * 0.985);
  });
});
