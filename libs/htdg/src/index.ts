export { configSchema, type HtdgConfig, type Variant } from './config.ts';
export { HtdgDetector, method } from './detector.ts';
export { readFinished, readModel } from './model-folder.ts';
export type { HtdgModel, LossRow, ModelOrigin, TrainedScale } from './model.ts';
export { defectFraction, presets, type PresetName } from './presets.ts';
export type { ScaleView } from './review.ts';
export { planScales, pyramidOf } from './scales.ts';
