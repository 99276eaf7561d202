import { caveats } from '@fsad/calibration';
import type { OnnxExport } from '@fsad/detector';
import { OnnxGraph, OPSET } from '@fsad/onnx';
import type { OpenedModel } from '@fsad/runner';
import { drawCalibratedMap, drawOnScale } from './calibration-graph.ts';

/** Names of the inputs and outputs; the outputs' are anomalib's. */
export const names = {
  picture: 'input',
  threshold: 'threshold',
  score: 'pred_score',
  label: 'pred_label',
  map: 'anomaly_map',
} as const;

/** A model as an ONNX file, and how pictures come to it. */
export interface ExportedModel {
  readonly file: Uint8Array;
  readonly opset: number;
  readonly input: Pick<OnnxExport, 'width' | 'height' | 'channels' | 'preparation' | 'prepare'>;
}

/**
 * Writes a calibrated model as one ONNX file, from a picture at its input side to score, decision and map.
 * @param name of the model, for errors
 * @throws Error for a method or a configuration that cannot be written so, a model that cuts pictures into tiles, and one without a calibration.
 */
export async function exportModel(model: OpenedModel, name: string): Promise<ExportedModel> {
  const { method, detector, tiles, calibration } = model;
  if (tiles > 1) {
    throw new Error(
      `${name} cuts pictures into ${tiles} x ${tiles} tiles, which an ONNX file cannot do; train it with --tiles 1`,
    );
  }
  if (!detector.toOnnx)
    throw new Error(`${name} is a model of ${method.name}, which cannot be written as ONNX`);
  if (!calibration) {
    throw new Error(
      `${name} has no threshold, so that its scores have no scale; run \`fsad calibrate ${name} --good DIR\` first`,
    );
  }
  const input = await detector.toOnnx();
  const { width, height, channels, preparation } = input;
  const graph = new OnnxGraph();
  const colour = channels === 3 ? 'red, green, blue' : 'grey';
  const picture = graph.input(
    names.picture,
    'float32',
    [1, channels, height, width],
    `a picture: levels 0 to 255, ${colour}`,
  );
  const threshold = graph.optionalInput(
    names.threshold,
    [1],
    Float32Array.of(0.5),
    'score above which a picture is defective; 0.5 unless given',
  );
  const drawn = await input.draw(graph, picture);
  const score = graph.cast(drawOnScale(graph, drawn.score, calibration.score), 'float32');
  graph.output(
    names.score,
    score,
    'float32',
    [1],
    'how anomalous the picture is: 0 to 1, 0.5 is what good pictures reach',
  );
  const label = graph.op('Greater', [score, threshold]);
  graph.output(names.label, label, 'bool', [1], 'whether the score is above the threshold');
  if (drawn.map) {
    const { width: w, height: h } = drawn.map;
    const map = graph.cast(drawCalibratedMap(graph, calibration, drawn.map), 'float32');
    graph.output(names.map, map, 'float32', [1, 1, h, w], 'where: 0 to 1, 0.5 is what good pictures reach');
  }
  const numbers = { width, height, channels, layout: 'NCHW', range: [0, 255], colours: colour };
  const metadata = {
    method: method.name,
    method_version: String(method.numericVersion),
    preprocessing:
      `A picture is ${preparation.words}. It goes in as float32 levels of 0 to 255, not normalised, ` +
      `${colour}, channels first: [1, ${channels}, ${height}, ${width}]. Everything else is in the graph.`,
    preprocessing_numbers: JSON.stringify({ ...numbers, ...preparation.numbers }),
    threshold: '0.5',
    calibration: JSON.stringify({ score: calibration.score, pictures: calibration.pictures }),
    caveats: caveats(calibration).join('; '),
  };
  const description = `fsad: ${method.name}, few-shot anomaly detection`;
  return { file: graph.encode({ name: method.name, description, metadata }), opset: OPSET, input };
}
