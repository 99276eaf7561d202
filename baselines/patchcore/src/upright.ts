import { resizeImage, type Image } from '@fsad/images';
import { findThing, type Pose } from './thing.ts';

/** How much of a picture is looked at when the thing in it is turned upright: lengths along and across it as shares of the picture's longer side. */
export interface Frame {
  readonly along: number;
  readonly across: number;
}

/** Room around the thing that the frame leaves along and across it. */
const ROOM = [1.12, 1.3] as const;
/** Things in several pictures whose directions differ by less, in radians, all lie the same way. */
const SAME_WAY = Math.PI / 12;

/**
 * The frame for pictures that each show one long thing on a plain background, turned freely as far as they tell: one picture does not, several do when their things
 * lie in different directions. Null for others, which are best looked at as they are.
 */
export function frameFor(images: readonly Image[]): Frame | null {
  const found = images.map((image) => ({
    pose: findThing(image),
    side: Math.max(image.width, image.height),
  }));
  const poses = found.flatMap(({ pose, side }) => (pose ? [{ ...pose, side }] : []));
  if (poses.length < images.length) return null;
  const first = poses[0].angle;
  const turned = poses.some(({ angle }) => Math.abs(Math.sin((angle - first) / 2)) > Math.sin(SAME_WAY / 2));
  if (poses.length > 1 && !turned) return null;
  return {
    along: ROOM[0] * Math.max(...poses.map(({ length, side }) => length / side)),
    across: ROOM[1] * Math.max(...poses.map(({ width, side }) => width / side)),
  };
}

/** Where a point of the frame lies in a picture, and the reverse; frames and pictures reach from 0 to 1 both ways. */
export interface Placement {
  readonly toPicture: (u: number, v: number) => [number, number];
  readonly toFrame: (x: number, y: number) => [number, number];
}

/** Places the frame over the thing in a picture, its heavy end to the right; null where no thing is found. */
export function placeFrame(frame: Frame, image: Image): Placement | null {
  const pose = findThing(image);
  return pose && placed(frame, pose, image);
}

function placed({ along, across }: Frame, { x, y, angle }: Pose, { width, height }: Image): Placement {
  const side = Math.max(width, height);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    toPicture(u, v) {
      const [right, down] = [(u - 0.5) * along * side, (v - 0.5) * across * side];
      return [(x + cos * right - sin * down) / width, (y + sin * right + cos * down) / height];
    },
    toFrame(px, py) {
      const [right, down] = [px * width - x, py * height - y];
      return [
        0.5 + (cos * right + sin * down) / (along * side),
        0.5 + (-sin * right + cos * down) / (across * side),
      ];
    },
  };
}

/** What the frame shows of a picture, stretched to a square of `side` pixels; what lies beyond the picture is its nearest pixel. */
export function uprightImage(frame: Frame, place: Placement, image: Image, side: number): Image {
  // A pixel along the thing becomes one of the square, so that nothing is skipped in large photographs.
  const scale = Math.min(1, side / (frame.along * Math.max(image.width, image.height)));
  const [width, height] = [image.width, image.height].map((length) =>
    Math.max(1, Math.round(scale * length)),
  );
  const { channels, data } = resizeImage(image, width, height, 'bilinear');
  const result = new Uint8Array(side * side * channels);
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = place.toPicture((column + 0.5) / side, (row + 0.5) / side);
      const [left, top] = [clamp(x * width - 0.5, width - 1), clamp(y * height - 0.5, height - 1)];
      const [x0, y0] = [Math.floor(left), Math.floor(top)];
      const above = (y0 * width + x0) * channels;
      const toRight = x0 < width - 1 ? channels : 0;
      const below = above + (y0 < height - 1 ? width * channels : 0);
      for (let c = 0; c < channels; c++, at++) {
        const upper = data[above + c] + (left - x0) * (data[above + toRight + c] - data[above + c]);
        const lower = data[below + c] + (left - x0) * (data[below + toRight + c] - data[below + c]);
        result[at] = Math.round(upper + (top - y0) * (lower - upper));
      }
    }
  }
  return { width: side, height: side, channels, data: result };
}

/** A square map of the frame as one of the whole picture, of as many values; where the frame does not reach it is as low as the map gets. */
export function turnBack(map: Float32Array, side: number, { toFrame }: Placement): Float32Array {
  const lowest = map.reduce((least, value) => Math.min(least, value));
  const result = new Float32Array(side * side);
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++, at++) {
      const [u, v] = toFrame((column + 0.5) / side, (row + 0.5) / side);
      const inside = u >= 0 && u < 1 && v >= 0 && v < 1;
      result[at] = inside ? map[Math.floor(v * side) * side + Math.floor(u * side)] : lowest;
    }
  }
  return result;
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, 0), limit);
}
