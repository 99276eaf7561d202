/** TensorFlow.js in a page: its wasm backend, without what only training needs. */
export { openTfjs } from './open-tfjs.ts';
export type { Tfjs, TfjsOptions } from '../tfjs/types.ts';
