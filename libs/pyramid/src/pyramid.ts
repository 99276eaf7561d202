import { resampler, resize, resizeQuantised, type Image, type Resampler } from '@fsad/images';
import { tensor, type Tensor } from '@fsad/tensors';
import type { PyramidSettings } from './settings.ts';
import { testSource, trainingSource } from './source.ts';

/**
 * The scales x^0 .. x^N of k training pictures (Sec. 3.1), coarsest first: one tensor [k, S, S, 3] in [-1, 1] each.
 * @throws RangeError naming the picture that is smaller than the receptive field, or when there is none.
 */
export function trainingPyramid(images: readonly Image[], settings: PyramidSettings): Tensor[] {
  return stack(images, settings, trainingSource);
}

/** The scales of test pictures, as `trainingPyramid` but never equalised and by the way test pictures take. */
export function testPyramid(images: readonly Image[], settings: PyramidSettings): Tensor[] {
  return stack(images, settings, testSource);
}

function stack(
  images: readonly Image[],
  settings: PyramidSettings,
  source: (image: Image, settings: PyramidSettings) => Tensor,
): Tensor[] {
  if (images.length === 0) throw new RangeError('a pyramid needs at least one picture');
  const pyramids = images.map((image, i) => {
    try {
      return scalesOf(finest(source(image, settings), settings), settings);
    } catch (error) {
      if (error instanceof RangeError)
        throw new RangeError(`picture ${i}: ${error.message}`, { cause: error });
      throw error;
    }
  });
  return settings.sizes.map((side, n) => {
    const level = tensor([images.length, side, side, 3]);
    for (const [i, pyramid] of pyramids.entries()) level.data.set(pyramid[n].data, i * side * side * 3);
    return level;
  });
}

/** Pictures at the input side [k, inputSide, inputSide, 3] brought to the finest side; with `quantise` an 8-bit round trip even where nothing shrinks. */
export function finest(pictures: Tensor, settings: PyramidSettings): Tensor {
  return resizedBy(pictures, pyramidAxes(pictures.shape[1], settings).finest, settings);
}

/** Every scale, coarsest first, each resized from the finest [k, S, S, 3] (docs/presets.md#2.14). */
export function scalesOf(images: Tensor, settings: PyramidSettings): Tensor[] {
  return pyramidAxes(settings.inputSide, settings).scales.map((axis) => resizedBy(images, axis, settings));
}

/** The resizes of a pyramid, of rows and columns alike: from a picture of side `from` to the finest scale, and from that to every scale, coarsest first; null where nothing is resized. */
export function pyramidAxes(
  from: number,
  settings: PyramidSettings,
): { readonly finest: Resampler | null; readonly scales: readonly (Resampler | null)[] } {
  const { sizes, scaleFactor } = settings;
  const largest = sizes[sizes.length - 1];
  const scales = sizes.map((side, n) =>
    axisOf(largest, side, scaleFactor === null ? null : scaleFactor ** (sizes.length - 1 - n), settings),
  );
  return { finest: axisOf(from, largest, null, settings), scales };
}

/**
 * Brings images of scale `toScale` - 1, [k, S, S, 3], to the side of scale `toScale` (the arrow of Eq. 2).
 * @throws RangeError when there is no such scale or the images are not of the scale before.
 */
export function upsampleTo(images: Tensor, toScale: number, settings: PyramidSettings): Tensor {
  const { sizes, scaleFactor } = settings;
  const from = sizes[toScale - 1];
  if (!(toScale >= 1 && toScale < sizes.length) || images.shape[1] !== from || images.shape[2] !== from) {
    throw new RangeError(
      `images of shape [${images.shape.join(', ')}] are not of the scale before ${toScale}`,
    );
  }
  const side = sizes[toScale];
  if (settings.upsample === 'exact' || scaleFactor === null) return resized(images, side, null, settings);
  const enlarged = resized(images, Math.ceil(from / scaleFactor), 1 / scaleFactor, settings);
  return cropTopLeft(enlarged, side);
}

/** Square images to `side`; `scale` null means the ratio of the sides. */
function resized(images: Tensor, side: number, scale: number | null, settings: PyramidSettings): Tensor {
  return resizedBy(images, axisOf(images.shape[1], side, scale, settings), settings);
}

function resizedBy(images: Tensor, axis: Resampler | null, { quantise }: PyramidSettings): Tensor {
  if (!axis) return images;
  return quantise ? resizeQuantised(images, axis) : resize(images, axis);
}

function axisOf(
  from: number,
  side: number,
  scale: number | null,
  { quantise, border }: PyramidSettings,
): Resampler | null {
  return !quantise && from === side ? null : resampler(from, side, border, scale ?? side / from);
}

function cropTopLeft(images: Tensor, side: number): Tensor {
  const [count, height, width, channels] = images.shape;
  if (side > height || side > width) {
    throw new RangeError(
      `cannot cut ${side} x ${side} from ${height} x ${width}: sizes and scale factor disagree`,
    );
  }
  const result = tensor([count, side, side, channels]);
  for (let n = 0; n < count; n++) {
    for (let row = 0; row < side; row++) {
      const start = (n * height + row) * width * channels;
      result.data.set(
        images.data.subarray(start, start + side * channels),
        (n * side + row) * side * channels,
      );
    }
  }
  return result;
}
