export { method } from './detector.ts';
export type { PatchCoreConfig } from './config.ts';
