import { readFile } from 'node:fs/promises';
import { EfficientNetLite0 } from '../efficientnet-lite0.ts';
import type { FeatureExtractor } from '../extractor.ts';
import { parseDescription, type OnnxDescription } from '../onnx/description.ts';
import { OnnxNetwork } from '../onnx/network.ts';
import { readWeights } from './read-weights.ts';

/** The network that lies in this package. */
export const ownNetwork = 'efficientnet-lite0';

/**
 * Opens a network by what a configuration calls it: `efficientnet-lite0`, or the path of an ONNX file, which a JSON file of the same name may describe
 * (`dinov2.onnx`, `dinov2.json`).
 * @param layers blocks of EfficientNet-Lite0, or outputs of the ONNX file, counted from 0
 * @throws Error for another name, a file that cannot be read, a description that is not one.
 */
export async function openFeatures(features: string, layers: readonly number[]): Promise<FeatureExtractor> {
  if (features === ownNetwork) return EfficientNetLite0.open(readWeights, layers);
  if (!features.endsWith('.onnx')) {
    throw new Error(
      `features "${features}": give ${ownNetwork}, or the path of an ONNX file that ends in .onnx`,
    );
  }
  let model: Buffer;
  try {
    model = await readFile(features);
  } catch (error) {
    throw new Error(`${features}: cannot be read (${(error as Error).message})`, { cause: error });
  }
  return OnnxNetwork.open(model, await readDescription(features), layers, features);
}

/** What the file beside a network says, or the defaults where there is none. */
async function readDescription(features: string): Promise<OnnxDescription> {
  const path = features.replace(/\.onnx$/, '.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return parseDescription({}, path);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: not valid JSON (${(error as Error).message})`, { cause: error });
  }
  return parseDescription(value, path);
}
