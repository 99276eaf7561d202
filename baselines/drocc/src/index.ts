export { method } from './detector.ts';
export type { DroccConfig } from './config.ts';
