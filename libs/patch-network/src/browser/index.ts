/** What of this package works in a page. */
export type * from '../engine.ts';
export { ENGINE_NAMES } from '../engine.ts';
export { initialState } from '../initial-state.ts';
export {
  blockChannels,
  BLOCKS,
  frameOf,
  LEAKY_SLOPE,
  NORM_EPSILON,
  patchSide,
  RECEPTIVE_FIELD,
  runningShapes,
  trainableShapes,
} from '../layout.ts';
export { openEngine } from './open.ts';
