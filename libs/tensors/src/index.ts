export { requireFinite, sizeOf, tensor, type Tensor } from './tensor.ts';
export { randomStream, type RandomStream } from './streams.ts';
export { decodeSafetensors, encodeSafetensors, type TensorFile } from './safetensors.ts';
export { Workspace } from './workspace.ts';
export { uniformTensor } from './initialise.ts';
export { concatenate } from './concatenate.ts';
