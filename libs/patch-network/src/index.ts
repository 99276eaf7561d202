export type * from './engine.ts';
export { openEngine, probeEngines } from './open.ts';
export { runningShapes, trainableShapes } from './layout.ts';
