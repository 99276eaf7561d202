import type { Image } from '@fsad/images';
import { fitModel, type OpenedModel } from '@fsad/runner';
import { randomStream } from '@fsad/tensors';

/** A woven surface under noise; a bright disc in it where it is defective. */
export function surface(
  name: string,
  width: number,
  height: number,
  { channels = 3, defective = false }: { channels?: 1 | 3; defective?: boolean } = {},
): Image {
  const noise = randomStream(0, name).normal(width * height * channels);
  const data = Uint8Array.from(noise, (value, i) => {
    const [c, place] = [i % channels, Math.floor(i / channels)];
    const [x, y] = [place % width, Math.floor(place / width)];
    const inside = defective && Math.hypot(x - width / 2, y - height / 3) < height / 6;
    const level = inside ? 215 + 20 * c : 110 + 20 * c + 40 * Math.sin(x / 3) * Math.cos((y + 3 * c) / 4);
    return Math.min(Math.max(level + 9 * value, 0), 255);
  });
  return { width, height, channels, data };
}

/** Two scales of eight channels, ten large steps: the presets' own way in a second, far enough for scores that differ. */
const small = [
  'pyramid.sizes=[16,20]',
  'pyramid.inputSide=32',
  'network.widths=[8,8]',
  'training.iterations.rgb=10',
  'training.iterations.grey=10',
  'training.learningRate=0.01',
  'training.discriminatorSteps=1',
  'training.generatorSteps=1',
];

/** Learned from two pictures, with what good ones score. */
export function learned(
  method: 'htdg' | 'patchcore',
  preset: string,
  channels: 1 | 3 = 3,
  more: readonly string[] = [],
): Promise<OpenedModel> {
  const set = method === 'htdg' ? [...small, ...more] : more;
  const images = ['first', 'second'].map((name) => surface(name, 48, 48, { channels }));
  const engine = method === 'htdg' ? 'auto' : 'wasm';
  return fitModel(images, { method, preset, set, engine, threads: 1, seed: 1, report: () => undefined });
}
