import { percent } from '@fsad/files';
import type { JudgedPixels } from '../trial/index.ts';
import type { ResolvedEngine } from '../registry.ts';
import type { ScoredDataset } from './score-dataset.ts';

/** What a scored dataset says to a reader, in a few lines; without a figure where there is none. */
export function datasetText(
  { measured, selection, seconds }: ScoredDataset,
  of: { readonly dataset: string; readonly class: string; readonly engine: ResolvedEngine },
): string {
  const { name, instructionSet } = of.engine;
  const end = `${seconds.toFixed(1)} s, engine ${name}${instructionSet ? ` (${instructionSet})` : ''}`;
  const begin = `${of.dataset}, class ${of.class}: ${selection}`;
  if (measured === null) return [begin, end].join('\n');
  const { auroc, aurocInterval, perScale, fractions, pixel } = measured;
  const byFraction = Object.entries(fractions).map(([fraction, area]) => `${fraction}: ${percent(area)}`);
  return [
    begin,
    `AUROC ${percent(auroc)} (95 % interval ${percent(aurocInterval[0])} to ${percent(aurocInterval[1])})`,
    ...(perScale.length > 0 ? [`by scale, coarsest first: ${perScale.map(percent).join(', ')}`] : []),
    ...(byFraction.length > 0 ? [`by fraction of patches: ${byFraction.join('  ')}`] : []),
    ...(pixel ? [pixelLine(pixel)] : []),
    end,
  ].join('\n');
}

function pixelLine({ auroc, pro, images, regions, leftOut }: NonNullable<JudgedPixels['pixel']>): string {
  const without = leftOut ? `; ${leftOut} left out, whose masks are missing or say nothing` : '';
  return `pixel AUROC ${percent(auroc)}, PRO ${percent(pro)} over ${regions} regions of ${images} pictures${without}`;
}
