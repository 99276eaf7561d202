import { equaliseClahe, equaliseHistogram, resizeImage, tensorToImage, type Image } from '@fsad/images';
import type { contactSheet } from '@fsad/images/sheets';
import type { PreviewedPictures } from '@fsad/detector';
import { finest, trainingPyramid, trainingSource, type PyramidSettings } from '@fsad/pyramid';
import {
  applyTransform,
  colourTransforms,
  greyTransforms,
  type ShiftRule,
  type Transform,
} from '@fsad/transforms';

import type { HtdgConfig } from './config.ts';
import { pyramidOf } from './scales.ts';

/** Side of a picture on the sheets. */
const SIDE = 128;

type Draw = NonNullable<typeof contactSheet>;

/** Training images of a class, and how a configuration looks at them. */
interface View extends PreviewedPictures {
  readonly draw: Draw;
  readonly pyramid: PyramidSettings;
  readonly shift: ShiftRule;
}

/** Training images as a configuration sees them, by the name of the sheet: equalised, transformed, at every scale. */
export function previews(
  draw: Draw,
  config: HtdgConfig,
  pictures: PreviewedPictures,
): Readonly<Record<string, Image>> {
  const view = { ...pictures, draw, pyramid: pyramidOf(config), shift: config.transforms.shift };
  return {
    equalisation: equalisationSheet(view),
    transformations: transformationSheet(view),
    pyramid: pyramidSheet(view),
  };
}

/** Each training image as stored and equalised in the two ways there are; grey ones are never equalised. */
function equalisationSheet({ draw, title, images, ids }: View): Image {
  const grey = images[0].channels === 1;
  return draw(
    images.map((image) => {
      const small = fitted(image);
      return grey ? [small] : [small, equaliseHistogram(small), equaliseClahe(small)];
    }),
    {
      title: `${title}: training images`,
      subtitle: grey
        ? 'Grey training images are not equalised by any preset.'
        : 'Presets equalise training images, never test images: paper by histogram, official and fast by CLAHE.',
      columns: grey ? ['as stored'] : ['as stored', 'histogram', 'CLAHE'],
      rows: ids.map(shortened),
    },
    SIDE,
  );
}

/** The first training image under every transformation, at the finest scale. */
function transformationSheet({ draw, title, images, pyramid, shift }: View): Image {
  const grey = images[0].channels === 1;
  const transforms = grey ? greyTransforms : colourTransforms;
  const image = finest(trainingSource(images[0], pyramid), pyramid);
  const perRow = grey ? 7 : 9;
  const rows: Transform[][] = [];
  for (let i = 0; i < transforms.length; i += perRow) rows.push(transforms.slice(i, i + perRow));
  return draw(
    rows.map((row) => row.map((transform) => tensorToImage(applyTransform(image, transform, shift)))),
    {
      title: `${title}: the ${transforms.length} transformations`,
      subtitle:
        'In the order of the classes. Flips are left to right, shifts 15 % of the side as (across, down), turns anticlockwise.',
      captions: rows.map((row) => row.map(captionOf)),
    },
    SIDE,
  );
}

/** Every scale of each training image, all enlarged alike without smoothing. */
function pyramidSheet({ draw, title, images, ids, pyramid }: View): Image {
  const scales = trainingPyramid(images, pyramid);
  return draw(
    images.map((_, i) => scales.map((scale) => tensorToImage(scale, i))),
    {
      title: `${title}: the scales, coarsest first`,
      columns: pyramid.sizes.map((side) => `${side} px`),
      rows: ids.map(shortened),
      alike: true,
    },
    192,
  );
}

/** At most `SIDE` pixels on the longer side, the size at which the published code equalises. */
function fitted(image: Image): Image {
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  return resizeImage(
    image,
    Math.max(8, Math.round(image.width * scale)),
    Math.max(8, Math.round(image.height * scale)),
    'bicubic',
  );
}

function captionOf({ grey, flip, tx, ty, turns }: Transform): string {
  const parts = [
    ...(grey ? ['grey'] : []),
    ...(flip ? ['flip'] : []),
    ...(tx !== 0 || ty !== 0 ? [`shift (${tx}, ${ty})`] : []),
    ...(turns > 0 ? [`${turns * 90}°`] : []),
  ];
  return parts.length === 0 ? 'as it is' : parts.join(' ');
}

/** The last two parts of an id. */
function shortened(id: string): string {
  return id.split('/').slice(-2).join('/');
}
