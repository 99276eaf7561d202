import * as tf from '@tensorflow/tfjs-core';
import { coverageAfter } from '../coverage.ts';
import type { Batch, Canvas, NetworkSpec } from '../engine.ts';
import { BLOCKS, sideAfter } from '../layout.ts';
import type { Coverage, Feed } from './network.ts';
import { crossEntropy, denseCrossEntropy } from './operations.ts';

/** Canvases of one size, in one tensor one after another, all images of a canvas together. */
export interface Group {
  readonly canvases: readonly Canvas[];
  /** The canvases' places in the batch. */
  readonly places: readonly number[];
  /** Whether each canvas is nothing but one window. */
  readonly whole: boolean;
  /** Height and width of the logits. */
  readonly height: number;
  readonly width: number;
}

/** Sorts a batch's canvases by size. */
export function groupCanvases(spec: NetworkSpec, batch: Batch): Group[] {
  const bySize = new Map<string, number[]>();
  batch.canvases.forEach(({ height, width }, place) => {
    const key = `${height} x ${width}`;
    bySize.set(key, [...(bySize.get(key) ?? []), place]);
  });
  return [...bySize.values()].map((places) => {
    const canvases = places.map((place) => batch.canvases[place]);
    const { height, width } = canvases[0];
    const whole =
      height === batch.side && width === batch.side && canvases.every(({ windows }) => windows.length === 1);
    return {
      canvases,
      places,
      whole,
      height: sideAfter(spec, height, BLOCKS),
      width: sideAfter(spec, width, BLOCKS),
    };
  });
}

/** A batch's canvases as tensors, with their coverage where statistics will be taken. */
export function feedOf(spec: NetworkSpec, batch: Batch, groups: readonly Group[], statistics: boolean): Feed {
  const maps = groups.map(({ canvases }) => {
    const { height, width } = canvases[0];
    const size = batch.count * height * width * batch.channels;
    const data = new Float32Array(canvases.length * size);
    canvases.forEach(({ images }, i) => data.set(images, i * size));
    return tf.tensor4d(data, [canvases.length * batch.count, height, width, batch.channels]);
  });
  if (!statistics || (groups.length === 1 && groups[0].whole)) return { maps, coverages: null };
  const coverages = Array.from({ length: BLOCKS - 1 }, (_, block) =>
    coverageOf(spec, batch, groups, block + 1),
  );
  return { maps, coverages };
}

function coverageOf(spec: NetworkSpec, batch: Batch, groups: readonly Group[], layers: number): Coverage {
  let total = 0;
  const rows = groups.map(({ canvases }) => {
    const maps = canvases.map((canvas) => coverageAfter(spec, canvas, batch.side, layers));
    const row = new Float32Array(maps.length * batch.count * maps[0].length);
    maps.forEach((map, i) => {
      for (let n = 0; n < batch.count; n++) row.set(map, (i * batch.count + n) * map.length);
      total += batch.count * map.reduce((sum, value) => sum + value, 0);
    });
    return tf.tensor2d(row, [1, row.length]);
  });
  return { rows, total };
}

/** The number of (window, image, patch) triples a batch's loss is a mean over. */
export function patchesOf(spec: NetworkSpec, batch: Batch): number {
  const side = sideAfter(spec, batch.side, BLOCKS);
  const windows = batch.canvases.reduce((sum, canvas) => sum + canvas.windows.length, 0);
  return windows * batch.count * side * side;
}

/** The sum of the patches' cross entropies and its gradient at the logits, both still to be divided by their number. */
export function patchCrossEntropy(
  spec: NetworkSpec,
  batch: Batch,
  groups: readonly Group[],
  logits: readonly tf.Tensor4D[],
): { loss: number; gradients: tf.Tensor4D[] } {
  const results = logits.map((map, i) => {
    const rows = tf.reshape(map, [-1, spec.outputChannels]) as tf.Tensor2D;
    const { losses, gradient } = groups[i].whole
      ? crossEntropy(rows, wholeLabels(batch, groups[i]))
      : windowCrossEntropy(spec, batch, groups[i], rows);
    return { loss: tf.sum(losses).dataSync()[0], gradient: tf.reshape(gradient, map.shape) as tf.Tensor4D };
  });
  return {
    loss: results.reduce((sum, { loss }) => sum + loss, 0),
    gradients: results.map(({ gradient }) => gradient),
  };
}

function wholeLabels(batch: Batch, { canvases, height, width }: Group): tf.Tensor1D {
  const size = batch.count * height * width;
  const labels = new Int32Array(canvases.length * size);
  canvases.forEach(({ windows }, i) => labels.fill(windows[0].label, i * size, (i + 1) * size));
  return tf.tensor1d(labels, 'int32');
}

/**
 * Where windows overlap, a position's loss is coverage * logsumexp - sum of its windows' logits (docs/canvas-sharing.md#training): the coverage times
 * the cross entropy with the distribution of its windows' labels.
 */
function windowCrossEntropy(
  spec: NetworkSpec,
  batch: Batch,
  group: Group,
  logits: tf.Tensor2D,
): { losses: tf.Tensor; gradient: tf.Tensor2D } {
  const { canvases, height, width } = group;
  const classes = spec.outputChannels;
  const side = sideAfter(spec, batch.side, BLOCKS);
  const positions = height * width;
  const distributions = new Float32Array(canvases.length * batch.count * positions * classes);
  const coverages = new Float32Array(canvases.length * batch.count * positions);
  canvases.forEach((canvas, i) => {
    const coverage = coverageAfter(spec, canvas, batch.side, BLOCKS);
    const first = i * batch.count * positions;
    for (const { top, left, label } of canvas.windows) {
      for (let y = top; y < top + side; y++) {
        for (let x = left; x < left + side; x++) {
          const position = y * width + x;
          distributions[(first + position) * classes + label] += 1 / coverage[position];
        }
      }
    }
    for (let n = 0; n < batch.count; n++) {
      coverages.set(coverage, first + n * positions);
      if (n === 0) continue;
      const start = first * classes;
      distributions.copyWithin((first + n * positions) * classes, start, start + positions * classes);
    }
  });
  const weights = tf.tensor1d(coverages);
  const labels = tf.tensor2d(distributions, [coverages.length, classes]);
  const { losses, gradient } = denseCrossEntropy(logits, labels);
  return {
    losses: tf.mul(losses, weights),
    gradient: tf.mul(gradient, tf.reshape(weights, [-1, 1])) as tf.Tensor2D,
  };
}

/**
 * Each window's probability of its own label at every patch, softmax over all channels but `excludedLabel`, read from the logits of one
 * group: [windows, k, P] a canvas.
 */
export function windowScores(
  spec: NetworkSpec,
  batch: Batch,
  group: Group,
  logits: tf.Tensor4D,
  excludedLabel: number | null,
): Float32Array[] {
  const { canvases, height, width } = group;
  const classes = spec.outputChannels;
  const positions = batch.count * height * width;
  const widest = Math.max(...canvases.map(({ windows }) => windows.length));
  const selection = new Float32Array(canvases.length * classes * widest);
  canvases.forEach(({ windows }, i) =>
    windows.forEach(({ label }, w) => (selection[(i * classes + label) * widest + w] = 1)),
  );
  const probabilities = tf.tidy(() => {
    const rows = tf.reshape(logits, [canvases.length, positions, classes]);
    const kept = excludedLabel === null ? rows : tf.add(rows, withoutLabel(classes, excludedLabel));
    const chosen = tf.tensor3d(selection, [canvases.length, classes, widest]);
    return tf.matMul(tf.softmax(kept), chosen).dataSync() as Float32Array;
  });
  const side = sideAfter(spec, batch.side, BLOCKS);
  return canvases.map(({ windows }, i) => {
    const scores = new Float32Array(windows.length * batch.count * side * side);
    let next = 0;
    windows.forEach(({ top, left }, w) => {
      for (let n = 0; n < batch.count; n++) {
        for (let y = top; y < top + side; y++) {
          const row = i * positions + (n * height + y) * width + left;
          for (let x = 0; x < side; x++) scores[next++] = probabilities[(row + x) * widest + w];
        }
      }
    });
    return scores;
  });
}

/** A row to add to logits so that one label gets probability zero. */
function withoutLabel(classes: number, label: number): tf.Tensor1D {
  const row = new Float32Array(classes);
  row[label] = -1e30;
  return tf.tensor1d(row);
}
