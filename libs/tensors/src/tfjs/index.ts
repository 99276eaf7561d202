export { Adam, type AdamOptions } from './adam.ts';
export { batchNorm, type BatchNormOptions } from './batch-norm.ts';
export { executeTensorflow, type Attributes } from './execute.ts';
export { findBinding, type BindingName } from './binding.ts';
export { openTfjs } from './open.ts';
export type { Tfjs, TfjsOptions } from './types.ts';
export {
  createVariables,
  disposeVariables,
  readVariables,
  writeVariables,
  type Variables,
} from './variables.ts';
