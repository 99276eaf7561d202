import type { OnnxExport } from '@fsad/detector';
import type { FeatureExtractor } from '@fsad/features';
import { applyMatrices, probed, product, type OnnxGraph, type Value } from '@fsad/onnx';
import type { PatchCoreConfig } from '../config.ts';
import type { Learned } from '../learn.ts';
import { squareOf } from '../pixels.ts';
import { smoothRow } from '../smooth.ts';
import { drawDistances } from './distances-graph.ts';
import { drawPatches } from './patches-graph.ts';
import { resampleMatrix } from './resample-matrix.ts';
import { drawScore } from './score-graph.ts';

/** A memory bank as a graph: the network, the patches, the nearest of each (`inspectPicture`), score and map. */
export function patchcoreToOnnx(
  config: PatchCoreConfig,
  network: FeatureExtractor,
  learned: Learned,
  channels: 1 | 3,
): OnnxExport {
  const { size, crop, grid, features } = config;
  if (!network.draw) {
    throw new Error(
      `patchcore: the features of ${features} are an ONNX file themselves, which cannot be written into another; export a model with features=efficientnet-lite0`,
    );
  }
  const draw = network.draw.bind(network);
  const side = crop ?? size;
  const middle = crop === null ? '' : `, of which the ${crop} x ${crop} in the middle are kept`;
  return {
    width: side,
    height: side,
    channels,
    preparation: {
      words: `stretched to ${size} x ${size} pixels by antialiased bilinear interpolation (Pillow's BILINEAR)${middle}`,
      numbers: { resize: size, crop, filter: 'bilinear', antialias: true, keepAspect: false },
    },
    prepare(image) {
      const { data } = squareOf(config, image);
      const pixels = side * side;
      return Float32Array.from(
        { length: channels * pixels },
        (_, i) => data[(i % pixels) * channels + Math.floor(i / pixels)],
      );
    },
    async draw(graph, picture) {
      const levels = channels === 3 ? picture : graph.op('Concat', [picture, picture, picture], { axis: 1 });
      const scaled = graph.op('Div', [levels, graph.scalar(127.5)]);
      const maps = await draw(graph, graph.op('Sub', [scaled, graph.scalar(1)]), side);
      const patches = drawPatches(graph, config, learned.usual, maps);
      const found = drawDistances(graph, config, learned, patches);
      return {
        score: drawScore(graph, config, learned, patches, found),
        map: { value: drawMap(graph, config, found.distances, grid, side), width: side, height: side },
      };
    },
  };
}

/** float64 [1, 1, side, side] from distances float32 [places]: what `drawMap` of inspect.ts makes. */
function drawMap(
  graph: OnnxGraph,
  { blur }: PatchCoreConfig,
  distances: Value,
  grid: number,
  side: number,
): Value {
  const places = graph.op('Reshape', [distances, graph.whole(1, 1, grid, grid)]);
  const enlarged = resampleMatrix(grid, side);
  const matrices = [
    blur > 0
      ? product(
          probed(side, (row) => smoothRow(row, blur)),
          enlarged,
        )
      : enlarged,
  ];
  return applyMatrices(graph, graph.cast(places, 'float64'), matrices, matrices, 'float64');
}
