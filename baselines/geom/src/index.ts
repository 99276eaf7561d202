export { method, recipe, type GeomModel } from './detector.ts';
export { presets, resolveSteps, schema, type GeomConfig } from './config.ts';
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
