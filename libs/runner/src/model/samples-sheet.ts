import type { DrawnPicture } from '@fsad/detector';
import { contactSheet, type Image } from '@fsad/images';

/** What a generator drew on one sheet: a row a seed and training image, a column a scale, each as much larger as its pictures are. */
export function samplesSheet(drawn: readonly DrawnPicture[]): Image {
  const several = drawn.some(({ of }) => of > 0);
  return contactSheet(
    drawn.map(({ scales }) => scales),
    {
      title: 'Samples of every scale',
      columns: drawn[0].scales.map(({ width }) => `${width} px`),
      alike: true,
      rows: drawn.map(({ seed, of }) => `seed ${seed}${several ? `, image ${of + 1}` : ''}`),
    },
  );
}
