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

/** Methods the paper does not have and whose name alone would mislead. */
const furtherNames: Readonly<Record<string, string>> = {
  patchcore: 'PatchCore, saw ImageNet',
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

/** What a column is called in tables and figures. */
export function columnLabel({ detector, variant }: Pick<Column, 'detector' | 'variant'>): string {
  if (variant in ablations) return `(${variant}) ${ablations[variant]}`;
  const name = detector === 'htdg' ? 'HTDG' : (methodColumns[detector] ?? furtherNames[detector] ?? detector);
  return variant === 'full' || variant === 'default' || variant === detector ? name : `${name} ${variant}`;
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
