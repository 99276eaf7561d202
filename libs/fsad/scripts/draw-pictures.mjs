import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const side = 96;

/** Draws good/1.jpg and good/2.jpg, stripes, and new.jpg, stripes with a bright spot. */
export async function drawPictures(folder) {
  mkdirSync(join(folder, 'good'));
  const draw = (name, spot) => {
    const level = (x, y) => (Math.hypot(x - 40, y - 50) < spot ? 255 : 100 + 40 * Math.sin(x / 4));
    const data = Uint8Array.from({ length: side * side }, (_, i) => level(i % side, Math.floor(i / side)));
    const raw = { width: side, height: side, channels: 1 };
    return sharp(data, { raw }).jpeg({ quality: 95 }).toFile(join(folder, name));
  };
  await Promise.all([draw('good/1.jpg', 0), draw('good/2.jpg', 0), draw('new.jpg', 9)]);
}
