import { BadImageError, decodeImage, withChannels, type Image } from '@fsad/images';

/**
 * A picture as programs have it: the path of a file, the bytes of one, or pixels row by row, channels last, 8 bits each. Pixels of four channels are RGBA; alpha is laid over white.
 */
export type Picture = string | Uint8Array | Pixels;

/** Pixels in memory. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * A picture as methods see it.
 * @param name how errors name it when it has no path
 * @throws BadImageError for a file that is none, a damaged one, or pixels whose number does not fit their shape
 */
export async function readPicture(picture: Picture, name: string): Promise<Image> {
  if (typeof picture === 'string') return decodeImage(picture);
  if (picture instanceof Uint8Array) return decodeImage(picture, name);
  return fromPixels(picture, name);
}

/** How a picture is named in results and errors. */
export function nameOf(picture: Picture, place: number): string {
  return typeof picture === 'string' ? picture : `picture ${place}`;
}

/** Pictures to learn from: all of one colour, which is colour unless every one is grey. */
export async function readTraining(pictures: Iterable<Picture> | AsyncIterable<Picture>): Promise<Image[]> {
  const images: Image[] = [];
  for await (const picture of pictures)
    images.push(await readPicture(picture, nameOf(picture, images.length)));
  const channels = images.every((image) => image.channels === 1) ? 1 : 3;
  return images.map((image) => withChannels(image, channels));
}

/** @throws BadImageError for a picture that is smaller than the method can see. */
export function requireSide({ width, height }: Image, name: string, least: number): void {
  if (Math.min(width, height) >= least) return;
  throw new BadImageError(name, `${width} x ${height} pixels, the method needs ${least} x ${least} at least`);
}

function fromPixels({ width, height, channels, data }: Pixels, name: string): Image {
  const whole = [width, height].every((side) => Number.isInteger(side) && side > 0);
  if (!whole || ![1, 3, 4].includes(channels) || data.length !== width * height * channels) {
    throw new BadImageError(
      name,
      `${data.length} values are no picture of ${width} x ${height} pixels with ${channels} channels (1 grey, 3 RGB, 4 RGBA)`,
    );
  }
  if (channels !== 4) return { width, height, channels, data: Uint8Array.from(data) };
  const opaque = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = data[4 * i + 3];
    for (let c = 0; c < 3; c++) {
      opaque[3 * i + c] = Math.round((data[4 * i + c] * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return { width, height, channels: 3, data: opaque };
}
