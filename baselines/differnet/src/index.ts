export { liteMethod, method, randomMethod } from './detector.ts';
export type { DifferNetConfig, PretrainedConfig, Rotations } from './config.ts';
