import type { DetectorMethod } from '@fsad/detector';
import { defectFraction } from '@fsad/htdg';
import { methods, override } from '@fsad/runner';

/** `smoke`: seconds a trial, to see that everything works; `reduced`: few-shot settings; `official`: each method's own. */
export const BUDGETS = ['smoke', 'reduced', 'official'] as const;
export type CompareBudget = (typeof BUDGETS)[number];

/** One column of a comparison: a method, and what it is configured with. */
export interface CompareColumn {
  /** As asked for on the command line, and in files: the method's name, `-mismatched` behind it for that form of pixel MSE. */
  readonly name: string;
  readonly detector: string;
  readonly preset: string;
  /** Laid over the preset. */
  readonly changes: Readonly<Record<string, unknown>>;
}

/** What a column's configuration may depend on. */
export interface CompareTask {
  readonly budget: CompareBudget;
  readonly task: 'one-class' | 'defects';
  readonly shots: number;
  /** Torchvision's AlexNet as safetensors, for DifferNet. */
  readonly featureWeights?: string;
}

/** Names `--methods` takes, in the order of the table; `all` is all of them. Every method has one; `differnet` stands for both of its. */
export const COLUMNS: readonly string[] = [
  ...Object.keys(methods).filter((name) => name !== 'differnet-random'),
  'pixel-mse-mismatched',
];

/** HTDG's smallest training that still has a hierarchy: its two coarsest scales. */
const smokeHtdg = {
  pyramid: { sizes: [26, 32] },
  network: { widths: [32, 32] },
  training: { iterations: { grey: 10, rgb: 10 } },
};

const baselinePresets: Readonly<Record<CompareBudget, string>> = {
  smoke: 'smoke',
  reduced: 'few-shot',
  official: 'official',
};

/** The names in a list such as `htdg,pixel-mse` or `all`. @throws Error naming an unknown one. */
export function parseColumns(list: string): string[] {
  if (list === 'all') return [...COLUMNS];
  const names = list.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!COLUMNS.includes(name)) {
      throw new Error(`--methods: there is no method "${name}"; there are all, ${COLUMNS.join(', ')}`);
    }
  }
  return COLUMNS.filter((name) => names.includes(name));
}

/** What the column `name` runs. Without feature weights DifferNet is another method, under another name. */
export function columnFor(name: string, { budget, task, shots, featureWeights }: CompareTask): CompareColumn {
  const preset = baselinePresets[budget];
  const plain = { name, detector: name, preset, changes: {} };
  switch (name) {
    case 'htdg': {
      const own = budget === 'official' ? 'official' : 'fast';
      const scoring = task === 'defects' ? { scoring: { fraction: defectFraction(own, shots) } } : {};
      return { ...plain, preset: own, changes: { ...scoring, ...(budget === 'smoke' ? smokeHtdg : {}) } };
    }
    case 'patch-svdd':
      return { ...plain, preset: budget === 'reduced' && task === 'defects' ? 'few-shot-defects' : preset };
    case 'differnet':
      return featureWeights === undefined
        ? { ...plain, name: 'differnet-random', detector: 'differnet-random' }
        : { ...plain, changes: { featureWeights } };
    case 'pixel-mse-mismatched':
      return { ...plain, detector: 'pixel-mse', preset: 'mismatched' };
    default:
      return plain;
  }
}

/** A column's complete configuration. @throws Error when the method does not take it. */
export function settingsOf(column: CompareColumn, method: DetectorMethod<unknown>): unknown {
  if (!Object.hasOwn(method.presets, column.preset)) {
    const known = Object.keys(method.presets).join(', ');
    throw new Error(`${column.name}: no preset "${column.preset}"; there are ${known}`);
  }
  return method.parseConfig(override(method.presets[column.preset], column.changes));
}
