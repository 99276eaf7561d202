import { imageGradient, transformedBatch, withLabels, type CopyPlan } from '@fsad/transforms';
import type { PatchTask } from './task.ts';

/** Where the fake class sits among the outputs: before the M transformations (the text), after them (published code), or nowhere (ablation a). */
export type FakeClass = 'first' | 'last' | 'none';

/**
 * Tell the M transformations apart, and real from fake (Eq. 3 to 5). With the identity alone this is ablation (b), two classes; its score is then the
 * real probability, since Eq. 12 by the letter would be the constant 1 (docs/presets.md#12.b).
 */
export function transformationTask(plan: CopyPlan, fakeClass: FakeClass): PatchTask {
  const count = plan.transforms.length;
  const offset = fakeClass === 'first' ? 1 : 0;
  const realLabels = plan.transforms.map((_, i) => i + offset);
  const fakeLabel = fakeClass === 'none' ? null : fakeClass === 'first' ? 0 : count;
  return {
    outputs: count + (fakeLabel === null ? 0 : 1),
    excludedLabel: count === 1 ? null : fakeLabel,
    fixed: true,
    copies(images, _, workspace) {
      const real = transformedBatch(plan, images, realLabels, workspace);
      return {
        real: () => real,
        fake() {
          if (fakeLabel === null) throw new Error('this task has no fake class');
          return withLabels(plan, real, fakeLabel);
        },
        imageGradient: (gradients) => {
          const [count, , , channels] = images.shape;
          return imageGradient(plan, gradients, count, channels, workspace);
        },
      };
    },
    probePlan: plan,
    probe: (images) => transformedBatch(plan, images, realLabels),
  };
}
