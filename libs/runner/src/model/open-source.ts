import { openDataset, type Dataset } from '@fsad/datasets';
import type { Source } from './trained-on.ts';

/** Opens a source's dataset and says its warnings, what counts as good and as a defect, and what was passed over. */
export async function openSource(source: Source, say: (text: string) => void): Promise<Dataset> {
  const dataset = await openDataset(source.dataset, {
    path: source.path ?? undefined,
    options: source.options,
  });
  for (const warning of dataset.warnings) say(`warning: ${source.dataset}: ${warning}`);
  for (const note of dataset.notesOf?.(source.class) ?? []) say(`${source.dataset}: ${note}`);
  return dataset;
}
