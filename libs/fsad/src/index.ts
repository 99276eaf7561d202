export { learn, load, type ComputeOptions, type LearnOptions } from './learn.ts';
export { Model, type InspectOptions, type Inspection } from './model.ts';
export { type Picture, type Pixels } from './picture.ts';
export { DisposedError } from './errors.ts';
export { BadImageError } from '@fsad/images';
export { InvalidFileError } from '@fsad/files';
export { DivergedError, type AnomalyMap, type DetectorEvent, type Score } from '@fsad/detector';
export { defineExperiment, type Experiment, type MethodUse } from '@fsad/runner';
