export { method } from './detector.ts';
export { presets, resolveSteps, type GeomConfig } from './config.ts';
export { prepareImages } from './prepare.ts';
export { crossEntropy } from './train.ts';
export { allCopies, transformationMaps, type TransformationSet } from './transformations.ts';
export {
  checkShape,
  createWideResNet,
  disposeWideResNet,
  featureCount,
  runWideResNet,
  weightShapes,
  type ForwardOptions,
  type WideResNet,
  type WideResNetShape,
} from './wide-residual.ts';
