import type { Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';

/** Pictures for the conformance suite: one kind that is normal, one that clearly is not. */
export interface SampleImages {
  readonly train: readonly Image[];
  readonly normal: Image;
  readonly anomalous: Image;
}

/** Draws `shots` diagonal gradients with a little noise as the normal kind, and a noisy chequerboard as the other. */
export function sampleImages(channels: 1 | 3, size = 32, shots = 2): SampleImages {
  const slope = (x: number, y: number): number => 60 + (100 * (x + 2 * y)) / (3 * size);
  const chequers = (x: number, y: number): number => (((x >> 2) + (y >> 2)) % 2 === 0 ? 230 : 15);
  return {
    train: Array.from({ length: shots }, (_, i) => draw(channels, size, `train/${i}`, slope)),
    normal: draw(channels, size, 'normal', slope),
    anomalous: draw(channels, size, 'anomalous', chequers),
  };
}

function draw(
  channels: 1 | 3,
  size: number,
  name: string,
  brightness: (x: number, y: number) => number,
): Image {
  const noise = randomStream(0, `sample-images/${name}`);
  const data = new Uint8Array(size * size * channels);
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < channels; c++) data[at++] = brightness(x, y) + 8 * c + noise.integer(9);
    }
  }
  return { width: size, height: size, channels, data };
}
