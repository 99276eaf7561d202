import { encodePng } from '@fsad/images';
import type { AnomalyMap } from 'fsad';

/** A map as it is sent. */
export interface SentMap {
  readonly width: number;
  readonly height: number;
  /** What black means and what white means: 0 and 1 for a model with a threshold, else the map's own extremes. */
  readonly low: number;
  readonly high: number;
  /** Grey PNG of 8 bits, base64. */
  readonly png: string;
}

/** Draws a map in 256 greys. @param calibrated whether its values are 0 to 1 on the fixed scale */
export async function sentMap({ width, height, data }: AnomalyMap, calibrated: boolean): Promise<SentMap> {
  const [low, high] = calibrated ? [0, 1] : extremes(data);
  const grey = Uint8Array.from(data, (value) => Math.round((255 * (value - low)) / (high - low || 1)));
  const png = await encodePng({ width, height, channels: 1, data: grey });
  return { width, height, low, high, png: Buffer.from(png).toString('base64') };
}

function extremes(values: Float32Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
