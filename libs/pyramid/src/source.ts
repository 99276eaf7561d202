import {
  cropCentre,
  equaliseClahe,
  equaliseHistogram,
  imageToTensor,
  resampler,
  resize,
  resizeImage,
  resizeImageOpenCv,
  resizeQuantised,
  tensorToImage,
  type Image,
} from '@fsad/images';
import { RECEPTIVE_FIELD } from '@fsad/patch-network';
import type { Tensor } from '@fsad/tensors';
import type { PyramidSettings } from './settings.ts';

/** A training picture at the input side, equalised where the settings say: [1, inputSide, inputSide, 3] in [-1, 1]. */
export function trainingSource(image: Image, settings: PyramidSettings): Tensor {
  check(image);
  const { inputSide: side, source } = settings;
  if (source === 'bicubic') {
    const stretched = stretch(image, settings);
    if (image.channels === 1 || settings.equalise === 'none') return stretched;
    return imageToTensor(equalise(tensorToImage(stretched), settings));
  }
  if (source === 'published-paris') {
    return imageToTensor(resizeImageOpenCv(equalise(image, settings), side, side));
  }
  const filter = image.channels === 1 ? 'bilinear' : 'bicubic';
  const square = small(image, side) ? resizeImage(image, side, side, filter) : shrunk(image, side);
  return imageToTensor(equalise(square, settings));
}

/** A test picture at the input side, never equalised: [1, inputSide, inputSide, 3] in [-1, 1]. */
export function testSource(image: Image, settings: PyramidSettings): Tensor {
  check(image);
  const { inputSide: side, source } = settings;
  if (source === 'published-paris') return imageToTensor(resizeImage(image, side, side, 'bilinear'));
  if (source === 'published' && !small(image, side)) return imageToTensor(shrunk(image, side));
  return stretch(image, settings);
}

/** Whether the published code would enlarge the picture rather than cut a square from it. */
function small(image: Image, side: number): boolean {
  return image.width === image.height && image.width < side;
}

/** Shorter side to `side`, then the middle (docs/presets.md#3.12). */
function shrunk(image: Image, side: number): Image {
  const shorter = Math.min(image.width, image.height);
  const scaled = (length: number): number => Math.trunc((side * length) / shorter);
  return cropCentre(resizeImage(image, scaled(image.width), scaled(image.height), 'bilinear'), side);
}

/** Resized by the ratio of the sides, each axis by its own; a picture of the right size stays untouched. */
function stretch(image: Image, { inputSide: side, border, quantise }: PyramidSettings): Tensor {
  const picture = imageToTensor(image);
  if (image.width === side && image.height === side) return picture;
  const rows = resampler(image.height, side, border);
  const columns = resampler(image.width, side, border);
  return quantise ? resizeQuantised(picture, rows, columns) : resize(picture, rows, columns);
}

function equalise(image: Image, settings: PyramidSettings): Image {
  if (image.channels === 1 || settings.equalise === 'none') return image;
  return settings.equalise === 'clahe' ? equaliseClahe(image) : equaliseHistogram(image);
}

function check({ width, height }: Image): void {
  if (Math.min(width, height) < RECEPTIVE_FIELD) {
    throw new RangeError(
      `a picture of ${width} x ${height} pixels is smaller than the network's receptive field, ${RECEPTIVE_FIELD} x ${RECEPTIVE_FIELD}`,
    );
  }
}
