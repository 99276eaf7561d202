import { decodeSamples, pictureShape, type Samples } from '@fsad/images';
import type { Mask } from './dataset.ts';

/**
 * Decodes a defect mask: 255 where the file marks a pixel, 0 elsewhere, in the mask's own size. Masks are labels, not photographs:
 *
 * - a pixel is marked when any of its values is above 0, at the file's own depth, so that labels 0 and 1 count, of 8 or 16 bits;
 * - in JPEG and lossy WebP, when it is above half of the largest value;
 * - transparent pixels are not marked; where the opaque ones are all black, all opaque ones are marked;
 * - EXIF orientation is applied.
 *
 * `doubt` says in words what is odd: nothing marked, more than half marked, turned otherwise than its picture, another shape. One that marks nothing, or has another shape,
 * is `unusable`: it says nothing of where its picture is defective.
 *
 * @param picture the file of the picture it belongs to.
 * @throws BadImageError naming the file that cannot be decoded.
 */
export async function decodeMask(file: string, picture: string): Promise<Mask> {
  const samples = await decodeSamples(file);
  const { width, height } = samples;
  const data = marked(samples);
  const shape = await pictureShape(picture);
  const doubts: string[] = [];
  let share = 0;
  for (const value of data) if (value > 0) share += 1 / data.length;
  if (share === 0) doubts.push('marks nothing');
  if (share > 0.5) doubts.push(`marks ${Math.round(100 * share)} % of its picture; is it inverted?`);
  const fits = sameShape({ width, height }, shape);
  const unusable = !fits || share === 0;
  if (!fits) {
    doubts.push(
      `has another shape: the picture is ${shape.width} x ${shape.height}, its mask ${width} x ${height}`,
    );
  } else if ((shape.orientation ?? 1) > 1 && samples.orientation === undefined) {
    doubts.push(
      'says nothing of how it is turned while its picture is turned by EXIF; taken as drawn over the turned one',
    );
  }
  return {
    width,
    height,
    channels: 1,
    data,
    ...(doubts.length > 0 ? { doubt: doubts.join(', and ') } : {}),
    ...(unusable ? { unusable } : {}),
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Whether one lies over the other when scaled: equal sides, or equal ratios up to the rounding of a pixel. */
function sameShape(a: Size, b: Size): boolean {
  const [narrow, wide] = a.width <= b.width ? [a, b] : [b, a];
  return Math.abs((wide.height * narrow.width) / wide.width - narrow.height) <= 1;
}

function marked({ width, height, channels, alpha, lossy, data }: Samples): Uint8Array {
  const mask = new Uint8Array(width * height);
  const colours = alpha ? channels - 1 : channels;
  const opaqueFrom = data instanceof Uint16Array ? 32_768 : 128;
  let transparent = false;
  let largest = 0;
  const values = new Uint16Array(mask.length);
  const opaque = new Uint8Array(mask.length).fill(1);
  for (let i = 0; i < mask.length; i++) {
    const at = i * channels;
    if (alpha && data[at + colours] < opaqueFrom) {
      opaque[i] = 0;
      transparent = true;
      continue;
    }
    for (let c = 0; c < colours; c++) if (data[at + c] > values[i]) values[i] = data[at + c];
    if (values[i] > largest) largest = values[i];
  }
  if (transparent && largest === 0) return opaque.map((value) => 255 * value);
  const threshold = lossy ? largest / 2 : 0;
  for (let i = 0; i < mask.length; i++) if (values[i] > threshold) mask[i] = 255;
  return mask;
}
