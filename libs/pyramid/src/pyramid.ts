import { resampler, resize, resizeQuantised, type Image } from '@fsad/images';
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
  return resized(pictures, settings.sizes[settings.sizes.length - 1], null, settings);
}

/** Every scale, coarsest first, each resized from the finest [k, S, S, 3] (docs/presets.md#2.14). */
export function scalesOf(images: Tensor, settings: PyramidSettings): Tensor[] {
  const { sizes, scaleFactor } = settings;
  return sizes.map((side, n) =>
    resized(images, side, scaleFactor === null ? null : scaleFactor ** (sizes.length - 1 - n), settings),
  );
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
  const from = images.shape[1];
  if (!settings.quantise && from === side) return images;
  const axis = resampler(from, side, settings.border, scale ?? side / from);
  return settings.quantise ? resizeQuantised(images, axis) : resize(images, axis);
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
