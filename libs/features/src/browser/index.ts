export { openFeatures, ownNetwork } from './open-features.ts';
export { readWeights } from './read-weights.ts';
