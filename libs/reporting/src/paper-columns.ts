import type { Column, Setting } from './collect.ts';
import { publishedTable, type PublishedTable } from './published.ts';

/** The paper's names of the methods, by ours. */
const methodColumns: Readonly<Record<string, string>> = {
  'patch-svdd': 'PatchSVDD',
  drocc: 'DROCC',
  'deep-svdd': 'DeepSVDD',
  geom: 'GEOM',
  goad: 'GOAD',
  differnet: 'DifferNet',
};

/** What the paper's ablation letters stand for (Table 1). */
export const ablations: Readonly<Record<string, string>> = {
  a: 'no generator',
  b: 'no transformations',
  c: 'transformations as augmentation',
  d: 'one scale, 100 pixels',
  e: 'one scale, 20 pixels',
  f: 'pixel MSE',
  g: 'GEOM on generated samples',
};

/** The paper's table that a setting's columns stand in; null where the paper has none. */
export function paperTable({ dataset, shots, columns }: Setting): PublishedTable | null {
  const ablation = [...columns.values()].some(({ variant }) => variant in ablations);
  return publishedTable(ablation ? 'ablation' : 'methods', dataset, shots);
}

/** The column of a paper's table that a method and variant repeat; null where it repeats none. */
export function paperColumn(
  table: PublishedTable,
  { detector, variant }: Pick<Column, 'detector' | 'variant'>,
): string | null {
  let name: string | undefined;
  if (table.kind === 'ablation' && variant in ablations) name = `(${variant})`;
  else if (detector !== 'htdg') name = methodColumns[detector];
  else if (table.columns.includes('Ours')) name = 'Ours';
  else name = { ours1: 'Ours1', ours2: 'Ours2' }[variant];
  return name !== undefined && table.columns.includes(name) ? name : null;
}

/** Methods the paper has no name for; a name says what would mislead if it were left out. */
const otherNames: Readonly<Record<string, string>> = {
  htdg: 'HTDG',
  patchcore: 'PatchCore, saw ImageNet',
  'differnet-lite0': 'DifferNet on EfficientNet-Lite0',
  'differnet-random': 'DifferNet, random features',
  'pixel-mse': 'pixel MSE',
  'nearest-pixel': 'nearest pixel',
  'geom-on-samples': 'GEOM on generated samples',
};

/** Variants that have a name of their own wherever they stand; any other is written after its method. */
const variantNames: Readonly<Record<string, string>> = {
  'htdg/ours1': 'HTDG Ours1',
  'htdg/ours2': 'HTDG Ours2',
  'pixel-mse/f-mismatched': '(f) pixel MSE, mismatched levels',
};

/** What a method with its variant is called, in every table, figure and sentence. */
export function columnLabel({ detector, variant }: Pick<Column, 'detector' | 'variant'>): string {
  if (variant in ablations) return `(${variant}) ${ablations[variant]}`;
  const known = variantNames[`${detector}/${variant}`];
  if (known) return known;
  const name = methodColumns[detector] ?? otherNames[detector] ?? detector;
  return variant === 'full' || variant === 'default' || variant === detector ? name : `${name}, ${variant}`;
}

/** What a column of the paper's tables is called here, so that a method has one name whether it ran or not. */
export function paperLabel(column: string): string {
  const letter = /^\((\w)\)$/.exec(column)?.[1];
  if (letter !== undefined && letter in ablations) return `(${letter}) ${ablations[letter]}`;
  return { Ours: 'HTDG', Ours1: 'HTDG Ours1', Ours2: 'HTDG Ours2' }[column] ?? column;
}

/** A setting's columns in the order of the paper's table, others after them by name. */
export function orderedColumns(setting: Setting): Column[] {
  const table = paperTable(setting);
  const place = (column: Column): number => {
    const name = table && paperColumn(table, column);
    return table && name ? table.columns.indexOf(name) : Infinity;
  };
  return [...setting.columns.values()].sort((a, b) => {
    const [first, second] = [place(a), place(b)];
    if (first !== second) return first - second;
    return columnLabel(a) < columnLabel(b) ? -1 : 1;
  });
}
