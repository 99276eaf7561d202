export { readWeights } from './read-weights.ts';
