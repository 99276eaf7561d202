export { method, type PixelMseConfig } from './detector.ts';
