export { colourTransforms, fromTuple, greyTransforms, rotations, type Transform } from './transform.ts';
export { shiftOf, type Axis, type ShiftRule } from './shift.ts';
export { planCopies, type CopyPlan, type Sharing } from './plan.ts';
export { imageGradient, transformedBatch, withLabels, type Labels } from './batch.ts';
export { applyTransform, transformAdjoint } from './apply.ts';
export { inversePositions, invertOnMap, type InvertedMap } from './inverse.ts';
export { LUMA } from './draw.ts';
