import type { OnnxExport } from '@fsad/detector';
import { levelsOfValues } from '@fsad/images';
import { patchSide } from '@fsad/patch-network';
import { testSource, type PyramidSettings } from '@fsad/pyramid';
import type { HtdgModel } from '../model.ts';
import { planScales, pyramidOf } from '../scales.ts';
import { drawMap } from './map-graph.ts';
import { drawNetwork } from './network-graph.ts';
import { drawScales } from './pyramid-graph.ts';
import { drawScore } from './score-graph.ts';
import { drawPatches } from './windows-graph.ts';

/** A trained model as a graph: the pyramid of a picture, its transformed copies, the discriminators D^0 .. D^N, score (Eq. 12) and map. */
export function htdgToOnnx({ config, origin, scales }: HtdgModel): OnnxExport {
  const pyramid = pyramidOf(config);
  const channels = origin.colour === 'grey' ? 1 : 3;
  const { inputSide: side } = pyramid;
  return {
    width: side,
    height: side,
    channels,
    preparation: preparationOf(pyramid),
    prepare(image) {
      const { data } = testSource(image, pyramid);
      const levels = levelsOfValues(data);
      const pixels = side * side;
      return Float32Array.from(
        { length: channels * pixels },
        (_, i) => levels[(i % pixels) * 3 + Math.floor(i / pixels)],
      );
    },
    async draw(graph, picture) {
      const plans = planScales(config, origin.colour);
      const pictures = drawScales(graph, picture, channels, pyramid);
      const patches = plans.map(({ task, discriminator, side: own }, n) => {
        const network = drawNetwork(graph, discriminator, scales[n].discriminator, task.excludedLabel);
        return drawPatches(graph, pictures[n], task, network, patchSide(config.network, own));
      });
      const { fraction } = config.scoring;
      const last = plans[plans.length - 1];
      const value = drawMap(graph, last.task.probePlan, patches[patches.length - 1], fraction);
      const map = { value, width: last.side, height: last.side };
      return { score: drawScore(graph, patches, fraction, config.scoring), map };
    },
  };
}

function preparationOf({ inputSide: side, source }: PyramidSettings): OnnxExport['preparation'] {
  const to = `${side} x ${side} pixels`;
  const numbers = { width: side, height: side, antialias: true };
  if (source === 'published-paris') {
    return {
      words: `stretched to ${to} by antialiased bilinear interpolation (Pillow's BILINEAR)`,
      numbers: { ...numbers, filter: 'bilinear', keepAspect: false },
    };
  }
  if (source === 'bicubic') {
    return {
      words: `stretched to ${to} by antialiased bicubic interpolation (a = -0.5, as Pillow's BICUBIC), borders mirrored, levels not rounded`,
      numbers: { ...numbers, filter: 'bicubic', a: -0.5, keepAspect: false },
    };
  }
  return {
    words:
      `shorter side brought to ${side} pixels by antialiased bilinear interpolation (Pillow's BILINEAR), then the ${to} in the middle; ` +
      "a square picture that is smaller is enlarged by bicubic interpolation (a = -0.5, as Pillow's BICUBIC), levels not rounded",
    numbers: { ...numbers, filter: 'bilinear', filterToEnlarge: 'bicubic', a: -0.5, keepAspect: true },
  };
}
