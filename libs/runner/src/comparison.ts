import type { DatasetName } from '@fsad/datasets';
import { didYouMean } from '@fsad/files';
import { methods } from './methods.ts';
import { methodNamed } from './model/index.ts';
import { defineExperiment, type Experiment, type MethodUse } from './plan/index.ts';

/** What is to be compared. */
export interface ComparisonRequest {
  readonly dataset: DatasetName;
  readonly classes: readonly string[];
  /** Names of `comparedMethods`. */
  readonly methods: readonly string[];
  readonly shots: readonly number[];
  readonly trials: number;
  /** Torchvision's AlexNet as safetensors; without it DifferNet is another method, under another name. */
  readonly featureWeights?: string;
}

/** Names a comparison knows, in the order of its table: every method, `differnet` for both of its, and pixel distances as the paper may have printed them. */
export const comparedMethods: readonly string[] = [
  ...Object.keys(methods).filter((name) => name !== 'differnet-random'),
  'pixel-mse-mismatched',
];

/** The names in a list such as `htdg,pixel-mse` or `all`, in the order of the table. @throws Error naming an unknown one. */
export function parseCompared(list: string): string[] {
  if (list === 'all') return [...comparedMethods];
  const names = list.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!comparedMethods.includes(name)) {
      throw new Error(
        `--methods: there is no method "${name}"; there are all, ${comparedMethods.join(', ')}${didYouMean(name, comparedMethods)}`,
      );
    }
  }
  return comparedMethods.filter((name) => names.includes(name));
}

/** Methods on the same splits as an experiment like any other: published settings at the budget `paper`, those for few images at `reduced`. */
export async function comparison(request: ComparisonRequest): Promise<Experiment> {
  return defineExperiment({
    name: 'compare',
    title: 'Methods on the same splits, put together on the command line.',
    datasets: [{ name: request.dataset, classes: request.classes }],
    shots: request.shots,
    trials: request.trials,
    methods: await Promise.all(request.methods.map((name) => methodUse(name, request))),
    budgets: { paper: {}, reduced: {}, smoke: {} },
  });
}

async function methodUse(name: string, request: ComparisonRequest): Promise<MethodUse> {
  const { dataset, featureWeights } = request;
  if (name === 'pixel-mse-mismatched') {
    return { detector: 'pixel-mse', variant: 'mismatched', preset: 'mismatched' };
  }
  const withWeights = name === 'differnet' && featureWeights !== undefined;
  const detector = name === 'differnet' && !withWeights ? 'differnet-random' : name;
  const { defaultPreset } = await methodNamed(detector);
  // On MVTec the paper has two columns of ours; this is the one with all transformations.
  const ours = dataset === 'mvtec' ? 'ours1' : 'full';
  return {
    detector,
    variant: detector === 'htdg' ? ours : 'default',
    preset: { paper: 'official', reduced: defaultPreset, smoke: 'smoke' },
    forPurpose: true,
    ...(withWeights ? { set: { featureWeights } } : {}),
  };
}
