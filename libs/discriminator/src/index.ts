export { augmentationTask } from './augmentation-task.ts';
export { initialState, type Copies, type PatchTask } from './task.ts';
export { transformationTask, type FakeClass } from './transformation-task.ts';
