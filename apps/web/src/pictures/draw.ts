import { inferno, stretchMap, type Image } from '@fsad/images';
import type { AnomalyMap } from '@fsad/detector';

/** Longer side in pixels of what is shown of a picture. */
const SHOWN = 320;

/** Colours of maps begin at what good pictures reach and are full at 0.9, as the command line draws them. */
const [LOW, HIGH] = [0.5, 0.9];

/** A small copy of a picture. */
export async function thumbnailOf(bitmap: ImageBitmap): Promise<Blob> {
  const [width, height] = fitted(bitmap);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
}

/** A map on the scale of 0 to 1 as colours, transparent where it is no higher than good pictures reach. */
export async function heatOf(map: AnomalyMap, shape: { width: number; height: number }): Promise<Blob> {
  const [width, height] = fitted(shape);
  const { data } = stretchMap(map, width, height);
  const pixels = new ImageData(width, height);
  for (let i = 0; i < data.length; i++) {
    const share = Math.min(1, Math.max(0, (data[i] - LOW) / (HIGH - LOW)));
    const step = Math.round(255 * share);
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = inferno[3 * step + c];
    pixels.data[4 * i + 3] = Math.round(255 * Math.min(1, 1.6 * share));
  }
  return toBlob(pixels, 'image/png');
}

/** A picture as a PNG file. */
export const pngOf = (image: Image): Promise<Blob> => toBlob(imageData(image), 'image/png');

/** A picture as a canvas takes it. */
export function imageData({ width, height, channels, data }: Image): ImageData {
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = data[channels * i + (channels === 3 ? c : 0)];
    pixels.data[4 * i + 3] = 255;
  }
  return pixels;
}

function toBlob(pixels: ImageData, type: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type });
}

function fitted({ width, height }: { readonly width: number; readonly height: number }): [number, number] {
  const scale = Math.min(1, SHOWN / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}
