import { equaliseClahe } from '@fsad/images';
import { largestDifference, type FixtureCheck } from './check.ts';
import { readFixture, stored, storedPictures } from './fixture.ts';

/** Replays `clahe`: equalisation of the value channel alone, and of the picture by way of it. Grey levels must be equal. */
export async function verifyClahe(path: string): Promise<FixtureCheck[]> {
  const fixture = await readFixture(path);
  const [picture] = storedPictures(fixture, 'image_u8_hwc');
  const value = stored(fixture, 'value_u8_hw');
  const [height, width] = value.shape;
  const grey = equaliseClahe({ width, height, channels: 1, data: Uint8Array.from(value.data) });
  const check = (quantity: string, ours: Uint8Array, name: string): FixtureCheck => {
    const largestError = largestDifference(ours, stored(fixture, name).data);
    return { file: fixture.file, quantity, largestError, tolerance: 0 };
  };
  return [
    check('value channel, grey levels', grey.data, 'value_equalised_u8_hw'),
    check('picture, grey levels', equaliseClahe(picture).data, 'output_u8_hwc'),
  ];
}
