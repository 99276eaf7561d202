export { blocks, strideOf, type Block } from './architecture.ts';
export { EfficientNetLite0, type ReadWeights } from './efficientnet-lite0.ts';
export type { DrawnMap, FeatureExtractor } from './extractor.ts';
export { parseDescription, type OnnxDescription } from './onnx/description.ts';
export { OnnxNetwork } from './onnx/network.ts';
