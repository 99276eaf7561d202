export { learn, load, type ComputeOptions, type LearnOptions } from './learn.ts';
export { Model, type InspectOptions, type Inspection } from './model.ts';
export { type Picture, type Pixels } from './picture.ts';
export { DisposedError } from './errors.ts';
export { BadImageError, type Image } from '@fsad/images';
export {
  DiskFullError,
  FsadError,
  InvalidFileError,
  LockedError,
  OutputError,
  UnsafePathError,
  type FsadErrorCode,
} from '@fsad/files';
export { DatasetError } from '@fsad/datasets';
export {
  ConfigurationError,
  DivergedError,
  PicturesError,
  methodFromRecipe,
  requireTensor,
  trainSteps,
  unitPixels,
  type AnomalyMap,
  type DetectorEvent,
  type DetectorMethod,
  type Recipe,
  type Score,
} from '@fsad/detector';
export { randomStream, tensor, type Tensor } from '@fsad/tensors';

/** Schemas of a method's configuration. */
export { z } from 'zod';
export { defineExperiment, EngineError, type Experiment, type MethodUse } from '@fsad/runner';
