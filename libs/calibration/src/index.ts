export {
  calibrateMap,
  calibrationSchema,
  caveats,
  doubtOf,
  judge,
  type Calibration,
  type Verdict,
} from './calibration.ts';
export { calibrateFit, levelsOf, planRefits, type FitToCalibrate, type Seen } from './calibrate-fit.ts';
export { calibrateModel, partsOfTraining, type ModelToCalibrate } from './calibrate-model.ts';
export { disturb, SMALL, type Disturbance } from './disturb.ts';
export { fromScale, levelOf, onScale, type Level } from './threshold.ts';
export { withoutPlaces } from './places.ts';
export { ownThreshold, type ErrorRate, type OwnThreshold } from './own-threshold.ts';
