import { finest, officialPyramid, testPyramid, testSource, upsampleTo } from '@fsad/pyramid';
import { largestDifference, type FixtureCheck } from './check.ts';
import { readFixture, storedImages, storedPictures } from './fixture.ts';

const TOLERANCE = 1e-6;

/** Replays `pyramid`: a picture of 128 to 64, to its five scales, and from each scale to the next. */
export async function verifyPyramid(path: string): Promise<FixtureCheck[]> {
  const fixture = await readFixture(path);
  const [picture] = storedPictures(fixture, 'image_u8_hwc');
  const settings = officialPyramid;
  const check = (quantity: string, ours: Float32Array, name: string): FixtureCheck => {
    const largestError = largestDifference(ours, storedImages(fixture, name).data);
    return { file: fixture.file, quantity, largestError, tolerance: TOLERANCE };
  };
  const checks = [check('finest image', finest(testSource(picture, settings), settings).data, 'base_nchw')];
  for (const [n, level] of testPyramid([picture], settings).entries()) {
    checks.push(check(`scale ${n}`, level.data, `level${n}_nchw`));
  }
  for (let n = 1; n < settings.sizes.length; n++) {
    const enlarged = upsampleTo(storedImages(fixture, `level${n - 1}_nchw`), n, settings);
    checks.push(check(`scale ${n - 1} to ${n}`, enlarged.data, `level${n - 1}_upsampled_cropped_nchw`));
  }
  return checks;
}
