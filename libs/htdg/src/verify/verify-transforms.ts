import { channelsLast } from '@fsad/patch-network';
import { fromTuple, planCopies, transformedBatch } from '@fsad/transforms';
import { largestDifference, type FixtureCheck } from './check.ts';
import { readFixture, stored, storedImages } from './fixture.ts';

/** The published warp's own grid of float32 is off by 2e-5. */
const TOLERANCE = 1e-4;

/** Replays `transforms_*`: every transformed copy of two images. */
export async function verifyTransforms(path: string): Promise<FixtureCheck[]> {
  const fixture = await readFixture(path);
  const images = storedImages(fixture, 'input_nchw');
  const tuples = stored(fixture, 'tuples_gray_flip_tx_ty_rot').data;
  const copies = stored(fixture, 'output_mnchw');
  const [count, ...shape] = copies.shape;
  const transforms = Array.from({ length: count }, (_, i) =>
    fromTuple([...tuples.subarray(5 * i, 5 * i + 5)]),
  );
  const plan = planCopies(transforms, images.shape[1], 'official', 'separate');
  const { canvases } = transformedBatch(plan, images, 0);
  const size = images.data.length;
  const errors = canvases.map((canvas, i) => {
    const theirs = channelsLast({ shape, data: copies.data.subarray(i * size, (i + 1) * size) });
    return largestDifference(canvas.images, theirs.data);
  });
  const largestError = Math.max(...errors);
  return [{ file: fixture.file, quantity: `${count} copies`, largestError, tolerance: TOLERANCE }];
}
