export { presets, type GeomOnSamplesConfig } from './config.ts';
export { method } from './detector.ts';
