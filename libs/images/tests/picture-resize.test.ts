import { describe, expect, it } from 'vitest';
import {
  cropCentre,
  imageToTensor,
  resizeImage,
  resizeImageOpenCv,
  tensorToImage,
  type Image,
} from '../src/index.ts';

/** 5 x 4, the pattern 53 x + 31 y + 7 x y modulo 256. */
const picture: Image = {
  width: 5,
  height: 4,
  channels: 1,
  data: Uint8Array.from(
    { length: 20 },
    (_, i) => (53 * (i % 5) + 31 * Math.floor(i / 5) + 7 * (i % 5) * Math.floor(i / 5)) % 256,
  ),
};

describe('resizeImage', () => {
  it('equals Pillow 13.0.0 to the bit (values from it)', () => {
    expect([...resizeImage(picture, 7, 6, 'bilinear').data]).toEqual(PILLOW.bilinear);
    expect([...resizeImage(picture, 7, 6, 'bicubic').data]).toEqual(PILLOW.bicubic);
    expect([...resizeImage(picture, 3, 2, 'bilinear').data]).toEqual(PILLOW.smaller);
  });

  it('leaves a picture of the wanted size alone', () => {
    expect(resizeImage(picture, 5, 4, 'bicubic').data).toEqual(picture.data);
  });

  it('keeps channels apart', () => {
    const flat: Image = {
      width: 2,
      height: 2,
      channels: 3,
      data: Uint8Array.from([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]),
    };
    const { data } = resizeImage(flat, 3, 5, 'bicubic');
    expect([...data]).toEqual(Array.from({ length: 15 }, () => [1, 2, 3]).flat());
  });

  it('rejects a side of zero', () => {
    expect(() => resizeImage(picture, 0, 4, 'bilinear')).toThrow(/0 x 4/);
  });
});

describe('resizeImageOpenCv', () => {
  it('is within one level of OpenCV 5.0.0 (values from it)', () => {
    const resized = resizeImageOpenCv(picture, 8, 6).data;
    expect(resized).toHaveLength(48);
    for (const [i, level] of OPENCV.entries()) expect(Math.abs(resized[i] - level)).toBeLessThanOrEqual(1);
  });
});

describe('cropCentre', () => {
  it('rounds half offsets to even, as torchvision does', () => {
    const wide: Image = {
      width: 5,
      height: 2,
      channels: 1,
      data: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    };
    expect([...cropCentre(wide, 2).data]).toEqual([2, 3, 7, 8]);
    const wider: Image = { width: 3, height: 2, channels: 1, data: Uint8Array.of(0, 1, 2, 3, 4, 5) };
    expect([...cropCentre(wider, 2).data]).toEqual([0, 1, 3, 4]);
  });

  it('rejects a square larger than the picture', () => {
    expect(() => cropCentre(picture, 5)).toThrow(/5 x 5 from a picture of 5 x 4/);
  });
});

describe('imageToTensor and tensorToImage', () => {
  it("are each other's inverse for an RGB picture", () => {
    const rgb: Image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(0, 127, 255, 1, 128, 254) };
    expect(tensorToImage(imageToTensor(rgb))).toEqual(rgb);
  });

  it('give grey three equal channels', () => {
    expect(imageToTensor(picture).shape).toEqual([1, 4, 5, 3]);
    expect([...tensorToImage(imageToTensor(picture)).data.subarray(3, 6)]).toEqual([53, 53, 53]);
  });
});

/** Computed by Pillow 13.0.0, horizontal pass first. */
const PILLOW = {
  bilinear: [
    0, 30, 68, 106, 144, 182, 212, 16, 48, 88, 129, 169, 155, 114, 36, 71, 115, 159, 172, 112, 25, 57, 94,
    141, 188, 83, 51, 64, 78, 118, 168, 219, 86, 64, 104, 93, 135, 188, 241, 111, 91, 133,
  ],
  bicubic: [
    0, 24, 65, 103, 139, 190, 229, 11, 40, 84, 125, 186, 165, 111, 33, 67, 116, 159, 197, 112, 0, 53, 89, 148,
    188, 68, 33, 63, 76, 115, 180, 222, 67, 47, 114, 91, 131, 199, 244, 103, 83, 141,
  ],
  smaller: [47, 130, 130, 101, 160, 77],
};

/** Computed by OpenCV 5.0.0, INTER_CUBIC. */
const OPENCV = [
  0, 16, 54, 84, 119, 149, 201, 236, 7, 32, 73, 102, 159, 204, 156, 99, 32, 59, 105, 143, 184, 192, 85, 0, 49,
  78, 127, 188, 147, 39, 34, 59, 74, 105, 159, 229, 165, 21, 51, 118, 89, 122, 178, 247, 196, 70, 91, 145,
];
