import type { HtdgConfig } from '../src/config.ts';
import { presets } from '../src/presets.ts';

/** A preset small enough to train in a second: two scales, eight channels, four rotations. */
export function small(
  preset: keyof typeof presets = 'official',
  changes: { iterations?: number; variant?: HtdgConfig['variant']; set?: 'all' | 'rotations' } = {},
): HtdgConfig {
  const { iterations = 3, variant = 'full', set = 'rotations' } = changes;
  const config = presets[preset];
  return {
    ...config,
    variant,
    pyramid: {
      ...config.pyramid,
      sizes: [16, 20],
      scaleFactor: config.pyramid.scaleFactor && 0.8,
      inputSide: 32,
    },
    transforms: { ...config.transforms, set },
    network: { ...config.network, widths: [8, 8] },
    training: { ...config.training, iterations: { grey: iterations, rgb: iterations } },
  };
}
