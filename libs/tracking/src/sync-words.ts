import type { SyncSummary } from './sync.ts';

/** What a sync did, for the person: a sentence, then where each experiment is to be seen. */
export function syncInWords(
  { trials, told, runsMade, points, artifacts, views }: SyncSummary,
  uri: string,
): string {
  const what =
    told === 0
      ? `nothing new; ${trials} ${trials === 1 ? 'trial' : 'trials'} in the store`
      : `told ${told} of ${trials} trials: ${runsMade} new runs, ${points} metric points, ${artifacts} artefacts`;
  return [`${uri}: ${what}`, ...views.map(({ experiment, url }) => `${experiment}: ${url}`)].join('\n');
}
