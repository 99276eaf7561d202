export { method, type NearestPixelConfig } from './detector.ts';
