import { defectFraction } from '@fsad/htdg';
import type { MethodUse } from '@fsad/runner';

/** The method as the paper has it, as ours in minutes, and as a smoke test. */
export const htdgPreset = { paper: 'official', reduced: 'fast', smoke: 'smoke' } as const;

/** A baseline's own published settings, its few-shot settings, and a smoke test. */
export const baselinePreset = { paper: 'official', reduced: 'few-shot', smoke: 'smoke' } as const;

/** The full method. */
export const full: MethodUse = {
  detector: 'htdg',
  variant: 'full',
  preset: htdgPreset,
  datasets: ['cifar10', 'mnist', 'fashion-mnist'],
};

/** The full method on Paris, for which the published code has settings of its own. */
export const fullOnParis: MethodUse = {
  ...full,
  preset: { ...htdgPreset, paper: 'official-paris' },
  datasets: ['paris'],
};

/** "Ours1" of Table 5: every transformation, the score from the least normal patches (Sec. 3.3). */
export const ours1: MethodUse = {
  detector: 'htdg',
  variant: 'ours1',
  preset: htdgPreset,
  set: ({ shots }) => ({ scoring: { fraction: defectFraction('paper', shots) } }),
};

/** "Ours2" of Table 5: the four rotations. */
export const ours2: MethodUse = {
  detector: 'htdg',
  variant: 'ours2',
  preset: { paper: 'official-rotations', reduced: 'fast-rotations', smoke: 'smoke' },
  set: ({ shots }) => ({
    transforms: { set: 'rotations' },
    pyramid: { equalise: 'none' },
    scoring: { fraction: defectFraction('paper', shots) },
  }),
};

/** A baseline under its name in the reports. */
export function baseline(detector: string): MethodUse {
  return { detector, variant: 'default', preset: baselinePreset };
}

/** What a learned method should be above, and the paper does not have: the mean squared difference to the mean and to the nearest training image. */
export const floors: readonly MethodUse[] = [baseline('pixel-mse'), baseline('nearest-pixel')];

/** What people would pick today. Its features saw ImageNet, so that it is no rival of methods that learn from the given pictures alone. */
export const patchcore: MethodUse = baseline('patchcore');

/** The same for one class against others: a vector a picture. */
export const patchcoreGlobal: MethodUse = {
  ...patchcore,
  preset: { ...baselinePreset, paper: 'global', reduced: 'global' },
};

/** DifferNet's flow on the features of EfficientNet-Lite0, whose weights lie in the project, in place of AlexNet's. They saw ImageNet, as AlexNet's did. */
export const differnetLite0: MethodUse = baseline('differnet-lite0');

/** PatchSVDD as its paper uses it, on defects. */
export const patchSvddForDefects: MethodUse = {
  ...baseline('patch-svdd'),
  preset: { ...baselinePreset, reduced: 'few-shot-defects' },
};

/** DifferNet; without torchvision's AlexNet, which `FSAD_FEATURE_WEIGHTS` names as a safetensors file, its form with random features. */
export function differnet(featureWeights = process.env.FSAD_FEATURE_WEIGHTS): MethodUse {
  if (!featureWeights) return baseline('differnet-random');
  return { ...baseline('differnet'), set: { featureWeights } };
}
