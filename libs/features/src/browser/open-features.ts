import { EfficientNetLite0 } from '../efficientnet-lite0.ts';
import type { FeatureExtractor } from '../extractor.ts';
import { readWeights } from './read-weights.ts';

/** The network that comes with the page. */
export const ownNetwork = 'efficientnet-lite0';

/**
 * Opens the network by what a configuration calls it.
 * @param layers blocks of EfficientNet-Lite0
 * @throws Error for another name, and for blocks that do not come with the page.
 */
export async function openFeatures(features: string, layers: readonly number[]): Promise<FeatureExtractor> {
  if (features === ownNetwork) return EfficientNetLite0.open(readWeights, layers);
  throw new Error(
    `the page has the features of ${ownNetwork} alone; this model needs ${features}: score with it by the command line`,
  );
}
