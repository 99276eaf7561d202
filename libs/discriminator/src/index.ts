export { augmentationTask } from './augmentation-task.ts';
export type { Copies, PatchTask } from './task.ts';
export { transformationTask, type FakeClass } from './transformation-task.ts';
