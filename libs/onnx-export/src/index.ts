export { compareExported, TOLERANCE, type Comparison } from './compare.ts';
export { exportModel, names, type ExportedModel } from './export-model.ts';
export { RunningModel, type ExportedInspection } from './run-model.ts';
export { exportedText } from './exported-text.ts';
