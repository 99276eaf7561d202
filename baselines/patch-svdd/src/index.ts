export { method } from './detector.ts';
export type { PatchSvddConfig } from './config.ts';
