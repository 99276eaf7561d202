export { calibrateModel } from './calibrate-model.ts';
export { fitModel, type FitRequest } from './fit-model.ts';
export { methodNamed, openModel, type OpenedModel } from './open-model.ts';
export { saveModel } from './save-model.ts';
export { writeTiles } from './tiles-file.ts';
