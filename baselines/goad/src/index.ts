export { method } from './detector.ts';
export { presets, type GoadConfig } from './config.ts';
