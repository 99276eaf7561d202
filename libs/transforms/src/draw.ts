import type { Axis } from './shift.ts';

/** Sides and channels of a stack of `count` pictures. */
export interface Stack {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Weights of red, green and blue in grey (ITU-R BT.601). */
export const LUMA = [0.299, 0.587, 0.114] as const;

/** Draws rows and columns of images [k, S, S, c] into `to`, [k, rows, columns, c]. */
export function draw(images: Float32Array, from: Stack, rows: Axis, columns: Axis, to: Float32Array): void {
  const { count, height, width, channels } = from;
  const run = width * channels;
  const blended = new Float32Array(run);
  const columnOffsets = columns.near.map((x) => x * channels);
  const farOffsets = columns.far.map((x) => x * channels);
  const { weight } = columns;
  let target = 0;
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < rows.near.length; y++) {
      const start = (n * height + rows.near[y]) * run;
      let line = images;
      let base = start;
      if (rows.weight[y] !== 0) {
        blend(images, start, (n * height + rows.far[y]) * run, rows.weight[y], blended);
        line = blended;
        base = 0;
      }
      for (let x = 0; x < columnOffsets.length; x++) {
        const near = base + columnOffsets[x];
        const share = weight[x];
        if (share === 0) {
          for (let c = 0; c < channels; c++) to[target++] = line[near + c];
        } else {
          const far = base + farOffsets[x];
          for (let c = 0; c < channels; c++)
            to[target++] = (1 - share) * line[near + c] + share * line[far + c];
        }
      }
    }
  }
}

function blend(images: Float32Array, near: number, far: number, share: number, line: Float32Array): void {
  for (let i = 0; i < line.length; i++) line[i] = (1 - share) * images[near + i] + share * images[far + i];
}

/** The adjoint of `draw`: adds a gradient at the drawn pictures to the gradient at the images, [k, S, S, c]. */
export function undraw(
  gradient: Float32Array,
  rows: Axis,
  columns: Axis,
  to: Float32Array,
  into: Stack,
): void {
  const { count, height, width, channels } = into;
  const run = width * channels;
  const line = new Float32Array(run);
  const { near, far, weight } = columns;
  let source = 0;
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < rows.near.length; y++) {
      line.fill(0);
      for (let x = 0; x < near.length; x++) {
        const nearOffset = near[x] * channels;
        const farOffset = far[x] * channels;
        const share = weight[x];
        for (let c = 0; c < channels; c++) {
          const value = gradient[source++];
          line[nearOffset + c] += (1 - share) * value;
          if (share !== 0) line[farOffset + c] += share * value;
        }
      }
      const share = rows.weight[y];
      addScaled(line, 1 - share, to, (n * height + rows.near[y]) * run);
      if (share !== 0) addScaled(line, share, to, (n * height + rows.far[y]) * run);
    }
  }
}

function addScaled(line: Float32Array, factor: number, to: Float32Array, start: number): void {
  for (let i = 0; i < line.length; i++) to[start + i] += factor * line[i];
}

/** Where the pixels of a picture turned anticlockwise come from: offset of its first pixel, steps down a row and along it. */
function walk(
  turns: number,
  { height, width, channels }: Stack,
): { first: number; down: number; along: number } {
  const row = width * channels;
  if (turns === 0) return { first: 0, down: row, along: channels };
  if (turns === 1) return { first: row - channels, down: -channels, along: row };
  if (turns === 2) return { first: height * row - channels, down: -row, along: -channels };
  return { first: (height - 1) * row, down: channels, along: -row };
}

/** Turns pictures [k, h, w, c] anticlockwise, optionally to grey, into `to`. */
export function turn(
  pictures: Float32Array,
  from: Stack,
  turns: number,
  grey: boolean,
  to: Float32Array,
): void {
  const { first, down, along } = walk(turns, from);
  const { channels } = from;
  const [height, width] = turns % 2 === 1 ? [from.width, from.height] : [from.height, from.width];
  const size = height * width * channels;
  let target = 0;
  for (let n = 0; n < from.count; n++) {
    for (let y = 0; y < height; y++) {
      let source = n * size + first + y * down;
      for (let x = 0; x < width; x++, source += along) {
        if (grey) {
          const level =
            LUMA[0] * pictures[source] + LUMA[1] * pictures[source + 1] + LUMA[2] * pictures[source + 2];
          to[target] = to[target + 1] = to[target + 2] = level;
          target += 3;
        } else {
          for (let c = 0; c < channels; c++) to[target++] = pictures[source + c];
        }
      }
    }
  }
}

/** The adjoint of `turn`: adds a gradient at the turned pictures to the gradient at the pictures, `into` being their sides before the turn. */
export function unturn(
  gradient: Float32Array,
  into: Stack,
  turns: number,
  grey: boolean,
  to: Float32Array,
): void {
  const { first, down, along } = walk(turns, into);
  const { channels } = into;
  const [height, width] = turns % 2 === 1 ? [into.width, into.height] : [into.height, into.width];
  const size = height * width * channels;
  let source = 0;
  for (let n = 0; n < into.count; n++) {
    for (let y = 0; y < height; y++) {
      let target = n * size + first + y * down;
      for (let x = 0; x < width; x++, target += along) {
        if (grey) {
          const sum = gradient[source] + gradient[source + 1] + gradient[source + 2];
          for (let c = 0; c < 3; c++) to[target + c] += LUMA[c] * sum;
          source += 3;
        } else {
          for (let c = 0; c < channels; c++) to[target + c] += gradient[source++];
        }
      }
    }
  }
}
