import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream, tensor } from '@fsad/tensors';
import { openTfjs } from '@fsad/tensors/tfjs';
import { Bank, outlineOf } from '../src/bank.ts';
import { chooseCoreset, farthestFirst } from '../src/coreset.ts';
import { averageNeighbours, embed, joined, partsOf, resample } from '../src/embed.ts';
import { evennessOf } from '../src/evenness.ts';
import { averageBlocks, meanOfLargest, unusualness } from '../src/inspect.ts';
import { measureUsual, shareBetweenPlaces, standardise } from '../src/standard.ts';
import { smooth } from '../src/smooth.ts';
import { insideView, seen, viewsOf } from '../src/views.ts';

beforeAll(async () => void (await openTfjs({ engine: 'wasm' })));

const line = (...values: number[]) => tensor([1, 1, values.length, 1], Float32Array.from(values));

describe('local patch features', () => {
  it('average over the places that there are, so that a constant map stays constant at its border', () => {
    const map = tensor([1, 3, 3, 1], Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]));
    const { data } = averageNeighbours(map, 3);
    expect(data[4]).toBeCloseTo(5, 6);
    expect(data[0]).toBeCloseTo((1 + 2 + 4 + 5) / 4, 6);
    expect([...averageNeighbours(tensor([1, 2, 2, 1], new Float32Array(4).fill(3)), 3).data]).toEqual([
      3, 3, 3, 3,
    ]);
  });

  it('are linear between places where the grid is finer, means where it is coarser', () => {
    expect([...resample(line(0, 4), 1, 4).data]).toEqual([0, 1, 3, 4]);
    expect([...resample(line(1, 3, 5, 11), 1, 2).data]).toEqual([2, 8]);
    expect(resample(line(3, 6, 9), 1, 2).data[0]).toBeCloseTo((3 + 0.5 * 6) / 1.5, 6);
  });

  it('are sums rounded to single precision one by one, however many are made at a time', () => {
    const [height, width, channels] = [8, 12, 3];
    const map = tensor(
      [1, height, width, channels],
      randomStream(1, 'map').normal(height * width * channels),
    );
    /** Along columns, then along rows, each new place from `count` old ones from `first` on. */
    const naive = (spans: (places: number) => readonly { first: number; count: number }[]): number[] => {
      const weigh = (values: readonly number[]): number =>
        values.reduce((sum, value) => Math.fround(sum + (1 / values.length) * value), 0);
      const [rows, columns] = [spans(height), spans(width)];
      const across = (y: number, x: number, c: number): number =>
        weigh(
          Array.from(
            { length: columns[x].count },
            (_, i) => map.data[(y * width + columns[x].first + i) * channels + c],
          ),
        );
      return rows.flatMap(({ first, count }) =>
        columns.flatMap((_, x) =>
          Array.from({ length: channels }, (_, c) =>
            weigh(Array.from({ length: count }, (_, i) => across(first + i, x, c))),
          ),
        ),
      );
    };
    const around = (places: number) =>
      Array.from({ length: places }, (_, i) => {
        const first = Math.max(0, i - 2);
        return { first, count: Math.min(places - 1, i + 2) - first + 1 };
      });
    const quarter = (places: number) =>
      Array.from({ length: places / 4 }, (_, i) => ({ first: 4 * i, count: 4 }));
    expect([...averageNeighbours(map, 5).data]).toEqual(naive(around));
    expect([...resample(map, height / 4, width / 4).data]).toEqual(naive(quarter));
  });

  it('put one layer after the other at every place', () => {
    const fine = tensor([1, 2, 2, 1], Float32Array.from([1, 2, 3, 4]));
    const coarse = tensor([1, 1, 1, 2], Float32Array.from([7, 8]));
    const { data, dimensions } = embed([fine, coarse], 2, 1);
    expect(dimensions).toBe(3);
    expect([...data]).toEqual([1, 7, 8, 2, 7, 8, 3, 7, 8, 4, 7, 8]);
  });

  it('come apart into layers and together again', () => {
    const whole = { rows: 1, columns: 2, dimensions: 3, data: Float32Array.of(1, 7, 8, 2, 9, 10) };
    const parts = partsOf(whole, [1, 2]);
    expect(parts.map(({ data }) => [...data])).toEqual([
      [1, 2],
      [7, 8, 9, 10],
    ]);
    expect(joined(parts)).toEqual(whole);
    expect([...joined(parts.toReversed()).data]).toEqual([7, 8, 1, 9, 10, 2]);
  });
});

describe('evenness', () => {
  const grid = 4;
  const border = (outer: number, inner: number) =>
    Float32Array.from({ length: 16 }, (_, i) => ([5, 6, 9, 10].includes(i) ? inner : outer));

  it('brings what is usual along the border to what is usual inside', () => {
    expect([...evennessOf([border(3, 1), border(5, 3)], grid, 1)]).toEqual([...border(0.5, 1)]);
  });

  it('takes the innermost places for the inside of a small grid, and leaves zeros alone', () => {
    expect([...evennessOf([border(4, 1)], grid, 8)]).toEqual([...border(0.25, 1)]);
    expect([...evennessOf([border(0, 0)], grid, 1)]).toEqual([...border(1, 1)]);
  });
});

describe('what is usual', () => {
  const patches = { rows: 1, columns: 2, dimensions: 3, data: Float32Array.from([1, 0, 5, 3, 4, 9]) };

  it("is each number's mean and each layer's mean squared distance from it", () => {
    const { mean, energy } = measureUsual([patches], [2, 1]);
    expect([...mean]).toEqual([2, 2, 7]);
    expect([...energy]).toEqual([1 + 4, 4]);
  });

  it('is taken away, and each layer brought to a length below 1 that grows with its distance', () => {
    const usual = { mean: Float32Array.of(0, 0, 0), energy: Float32Array.of(4, 100) };
    const { data } = standardise(
      { ...patches, data: Float32Array.from([3, 4, 0, 0, 0, 1]) },
      [2, 1],
      usual,
      0.5,
    );
    [3 / Math.sqrt(27), 4 / Math.sqrt(27), 0, 0, 0, 1 / Math.sqrt(51)].forEach((value, i) =>
      expect(data[i]).toBeCloseTo(value, 6),
    );
  });
});

describe('greedy k-centre', () => {
  /** Farthest-first traversal without any short cut. */
  function plainly(values: Float32Array, dimensions: number, count: number, first: number): number[] {
    const total = values.length / dimensions;
    const distance = (i: number, j: number): number =>
      Array.from(
        { length: dimensions },
        (_, d) => values[i * dimensions + d] - values[j * dimensions + d],
      ).reduce((sum, value) => sum + value ** 2, 0);
    const chosen = [first];
    while (chosen.length < count) {
      const near = Array.from({ length: total }, (_, i) => Math.min(...chosen.map((j) => distance(i, j))));
      chosen.push(near.indexOf(Math.max(...near)));
    }
    return chosen;
  }

  it('chooses what the definition chooses, vector by vector', () => {
    const vectors = randomStream(3, 'vectors').normal(200 * 3);
    const chosen = [...farthestFirst(vectors, 3, 40, 5)];
    expect(chosen).toEqual(plainly(vectors, 3, 40, chosen[0]));
  });

  it('finds every one of ten far clusters, in a projection too', () => {
    const noise = randomStream(1, 'noise').normal(1000 * 8);
    const vectors = noise.map(
      (value, i) => value / 100 + 10 * Math.sin(((Math.floor(i / 8) % 10) + 1) * (i % 8)),
    );
    for (const projection of [0, 4]) {
      const clusters = [...chooseCoreset(vectors, 8, 10, projection, 2)].map((i) => i % 10);
      expect(new Set(clusters).size).toBe(10);
    }
  });

  it('takes everything when more is asked for than there is', () => {
    expect([...farthestFirst(Float32Array.of(1, 2, 3), 1, 10, 1)].sort()).toEqual([0, 1, 2]);
  });
});

describe('distances', () => {
  const patches = (data: number[], columns: number) => ({
    rows: 1,
    columns,
    dimensions: data.length / columns,
    data: Float32Array.from(data),
  });

  it('are Euclidean, to the nearest vector of the bank', async () => {
    const shelf = (...data: number[]) => ({
      vectors: tensor([data.length / 2, 2], Float32Array.from(data)),
      picture: 0,
      outline: new Float32Array(0),
    });
    const shelves = [shelf(0, 0, 3, 4), shelf(100, 100, 10, 0)];
    const bank = new Bank(shelves, [2]);
    const [distance] = await bank.nearest(patches([0, 5, 9, 0], 2), [0, 1]);
    expect(distance[0]).toBeCloseTo(Math.sqrt(10), 5);
    expect(distance[1]).toBeCloseTo(1, 5);
    const [alone] = await bank.nearest(patches([0, 5, 9, 0], 2), [0]);
    expect(alone[1]).toBeCloseTo(Math.sqrt(52), 5);
    bank.dispose();
    const apart = new Bank(shelves, [1, 1]);
    const parts = await apart.nearest(patches([0, 5, 9, 0], 2), [0, 1]);
    expect(parts.map((part) => [...part].map(Math.round))).toEqual([
      [0, 1],
      [1, 0],
    ]);
    apart.dispose();
  });

  it('to the own picture leave out what is near in place', async () => {
    const before = tf.memory().numTensors;
    const bank = new Bank([], [1]);
    const [own] = await bank.nearestOfOwn(patches([0, 0.1, 5, 7, 1], 5), 1);
    bank.dispose();
    expect(tf.memory().numTensors).toBe(before);
    [1, 0.9, 4, 6.9, 0.9].forEach((expected, i) => expect(own[i]).toBeCloseTo(expected, 3));
  });

  it('to the own picture are those of the definition, part by part', async () => {
    const [rows, columns, dimensions, radius] = [11, 5, 3, 2];
    const split = [1, 2];
    const data = randomStream(4, 'own').normal(rows * columns * dimensions);
    const vector = (i: number): Float32Array => data.subarray(i * dimensions, (i + 1) * dimensions);
    const expected = (from: number, to: number): number[] =>
      Array.from({ length: rows * columns }, (_, a) =>
        Array.from({ length: rows * columns }, (_, b) => {
          const down = Math.abs(Math.floor(a / columns) - Math.floor(b / columns));
          if (down <= radius && Math.abs((a % columns) - (b % columns)) <= radius) return Infinity;
          const [one, other] = [vector(a), vector(b)].map((whole) => whole.subarray(from, to));
          return Math.hypot(...one.map((value, d) => value - other[d]));
        }).reduce((least, value) => Math.min(least, value)),
      );
    const bank = new Bank([], split);
    const [first, second] = await bank.nearestOfOwn({ rows, columns, dimensions, data }, radius);
    bank.dispose();
    expected(0, 1).forEach((value, i) => expect(first[i]).toBeCloseTo(value, 3));
    expected(1, 3).forEach((value, i) => expect(second[i]).toBeCloseTo(value, 3));
  });

  it('are taken to the training pictures that resemble the picture most, each in its best view', () => {
    const shelf = (picture: number, ...values: number[]) => ({
      vectors: tensor([1, 1], Float32Array.of(0)),
      picture,
      outline: Float32Array.from(values),
    });
    const bank = new Bank(
      [shelf(0, 9, 9), shelf(0, 1, 2), shelf(1, 1, 1), shelf(1, 5, 5), shelf(2, 7, 7)],
      [1],
    );
    expect(bank.resembling(patches([1, 1], 2), 2)).toEqual([2, 1]);
    bank.dispose();
  });

  it('see a picture as a whole over 8 x 8 places', () => {
    const data = Float32Array.from({ length: 256 }, (_, i) => i % 16);
    const outline = outlineOf({ rows: 16, columns: 16, dimensions: 1, data });
    expect(outline.length).toBe(64);
    expect([...outline.slice(0, 3)]).toEqual([0.5, 2.5, 4.5]);
  });

  it('make a score as the mean of the largest, of one at least', () => {
    const values = Float32Array.from([1, 5, 3, 4]);
    expect(meanOfLargest(values, 0.5)).toBe(4.5);
    expect(meanOfLargest(values, 1e-9)).toBe(5);
    expect(meanOfLargest(values, 1)).toBe(3.25);
  });

  it('are averaged over every block of them side by side', () => {
    const values = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 18]);
    expect([...averageBlocks(values, 3, 2)]).toEqual([3, 4, 6, 9.25]);
    expect([...averageBlocks(values, 3, 3)]).toEqual([6]);
    expect(averageBlocks(values, 3, 1)).toEqual(values);
  });

  it("are weighted as the paper's Eq. 7 says", () => {
    const bank = tensor([4, 1], Float32Array.from([0, 1, 3, 50]));
    const patch = Float32Array.of(-2);
    const expected = 1 - Math.exp(2) / (Math.exp(2) + Math.exp(3) + Math.exp(5));
    expect(unusualness(patch, 2, bank, 0, 3)).toBeCloseTo(expected, 6);
  });
});

describe('views of a training picture', () => {
  const picture = tensor([1, 2, 2, 1], Float32Array.from([1, 2, 3, 4]));

  it('are the picture itself, then turned ones, then their mirror images', () => {
    expect(viewsOf(2, true)).toEqual([
      { degrees: 0, mirrored: false },
      { degrees: 180, mirrored: false },
      { degrees: 0, mirrored: true },
      { degrees: 180, mirrored: true },
    ]);
  });

  it('lose nothing at right angles', () => {
    const values = (degrees: number, mirrored: boolean): number[] =>
      [...seen(picture, { degrees, mirrored }).data].map((value) => Math.round(value * 1e5) / 1e5);
    expect(values(0, true)).toEqual([2, 1, 4, 3]);
    expect(values(90, false)).toEqual([3, 1, 4, 2].reverse());
    expect(values(180, false)).toEqual([4, 3, 2, 1]);
  });

  it('know which places show something of the picture', () => {
    expect(insideView({ degrees: 90, mirrored: false }, 5).every(Boolean)).toBe(true);
    const inside = insideView({ degrees: 45, mirrored: false }, 9);
    expect([inside[0], inside[8], inside[40], inside[4]]).toEqual([false, false, true, true]);
  });
});

it('smooths without brightening or darkening, as much as its deviation says', () => {
  expect([...smooth(new Float32Array(25).fill(2), 5, 3)].every((value) => Math.abs(value - 2) < 1e-5)).toBe(
    true,
  );
  const dot = new Float32Array(41 * 41);
  dot[20 * 41 + 20] = 1;
  const spread = smooth(dot, 41, 3);
  const variance = spread.reduce((sum, value, i) => sum + value * ((i % 41) - 20) ** 2, 0);
  expect(Math.sqrt(variance)).toBeCloseTo(3, 1);
});

describe('whether pictures are of a surface', () => {
  const picture = (value: (row: number, column: number) => number) => ({
    rows: 32,
    columns: 32,
    dimensions: 1,
    data: Float32Array.from({ length: 1024 }, (_, i) => value(Math.floor(i / 32), i % 32)),
  });

  it('is told by the variance between large places: all of it, or none', () => {
    expect(shareBetweenPlaces(picture((row) => Math.floor(row / 4)))).toBeCloseTo(1, 5);
    expect(shareBetweenPlaces(picture((row, column) => (row + column) % 2))).toBeCloseTo(0, 5);
    expect(shareBetweenPlaces(picture(() => 3))).toBe(0);
  });

  it('leaves the mean of others alone', () => {
    const patches = { rows: 1, columns: 2, dimensions: 2, data: Float32Array.of(3, 4, 0, 1) };
    const usual = measureUsual([patches], [2], false);
    expect([...usual.mean, ...usual.energy]).toEqual([0, 0, 13]);
    const { data } = standardise(patches, [2], usual, 1);
    [3, 4].forEach((value, i) => expect(data[i]).toBeCloseTo(value / Math.sqrt(25 + 13), 6));
  });
});
