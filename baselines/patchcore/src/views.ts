import { tensor, type Tensor } from '@fsad/tensors';

/** One way of looking at a training picture: turned by some degrees, perhaps mirrored. */
export interface View {
  readonly degrees: number;
  readonly mirrored: boolean;
}

export const UNTURNED: View = { degrees: 0, mirrored: false };

/** Evenly spaced turns, the unturned one first; then the same of the mirrored picture. */
export function viewsOf(turns: number, mirrored: boolean): View[] {
  return (mirrored ? [false, true] : [false]).flatMap((flip) =>
    Array.from({ length: turns }, (_, i) => ({ degrees: (360 * i) / turns, mirrored: flip })),
  );
}

/** A square picture [1, side, side, 3] in a view, linear between pixels; what lies beyond the border is its nearest pixel. */
export function seen(picture: Tensor, { degrees, mirrored }: View): Tensor {
  if (degrees === 0 && !mirrored) return picture;
  const [, side, , channels] = picture.shape;
  const { data } = picture;
  const result = tensor(picture.shape);
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const centre = (side - 1) / 2;
  const limit = side - 1;
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      // As in `sourceOf`, written out: this runs for every pixel of every view.
      const across = cos * (x - centre) - sin * (y - centre);
      const left = clamp(centre + (mirrored ? -across : across), limit);
      const top = clamp(centre + sin * (x - centre) + cos * (y - centre), limit);
      const x0 = Math.floor(left);
      const y0 = Math.floor(top);
      const right = left - x0;
      const down = top - y0;
      const above = (y0 * side + x0) * channels;
      const toRight = x0 < limit ? channels : 0;
      const below = above + (y0 < limit ? side * channels : 0);
      for (let c = 0; c < channels; c++, at++) {
        const upper = data[above + c] + right * (data[above + toRight + c] - data[above + c]);
        const lower = data[below + c] + right * (data[below + toRight + c] - data[below + c]);
        result.data[at] = upper + down * (lower - upper);
      }
    }
  }
  return result;
}

/** Whether the middle of each cell of a `grid` x `grid` grid over the view shows something of the picture. */
export function insideView(view: View, grid: number): boolean[] {
  const place = sourceOf(view, grid);
  return Array.from({ length: grid * grid }, (_, i) => {
    const [x, y] = place(i % grid, Math.floor(i / grid));
    return Math.min(x, y) > -0.5 - 1e-6 && Math.max(x, y) < grid - 0.5 + 1e-6;
  });
}

/** From where in the picture a view shows what it shows at (x, y); places are counted in pixels or cells, `side` of them. */
function sourceOf({ degrees, mirrored }: View, side: number): (x: number, y: number) => [number, number] {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const centre = (side - 1) / 2;
  return (x, y) => {
    const [right, down] = [x - centre, y - centre];
    const fromX = cos * right - sin * down;
    return [centre + (mirrored ? -fromX : fromX), centre + sin * right + cos * down];
  };
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, 0), limit);
}
