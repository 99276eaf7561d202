import { heatMap } from '@fsad/images';
import { picture, type Html } from './html.ts';

/** The colours of heat maps from the lowest to the highest value, as a strip. */
export function heatRamp(): Promise<Html> {
  const data = Float32Array.from({ length: 128 }, (_, i) => i / 127);
  return picture(heatMap({ width: 128, height: 1, data }, { low: 0, high: 1 }), 'colours from low to high');
}
