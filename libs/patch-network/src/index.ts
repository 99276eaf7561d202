export type * from './engine.ts';
export { openEngine, probeEngines } from './open.ts';
export { runningShapes, trainableShapes } from './layout.ts';
export { measureEngine, type EngineSpeed } from './measure.ts';
export { channelsLast, publishedParameter } from './conformance/published-network.ts';
