export type * from './engine.ts';
export { ENGINE_NAMES } from './engine.ts';
export { openEngine, probeEngines } from './open.ts';
export { initialState } from './initial-state.ts';
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
} from './layout.ts';
export { measureEngine, type EngineSpeed } from './measure.ts';
export { channelsLast, publishedParameter } from './conformance/published-network.ts';
export { findEngines, machineText, thisMachine, type EngineFinding, type Machine } from './machine.ts';
