import { journalPath, scanJournal } from '@fsad/tracking/journal';
import type { TrialCurves } from '../store/index.ts';

const mostPoints = 400;

/** The learning curves of a trial from its journal, thinned evenly to at most 400 points each; first and last points stay. */
export function readCurves(store: string, key: string): TrialCurves {
  const curves: Record<string, { steps: number[]; values: number[] }> = {};
  scanJournal(journalPath(store, key), (event) => {
    if (event.type !== 'metrics') return;
    for (const [name, value] of Object.entries(event.values)) {
      const curve = (curves[name] ??= { steps: [], values: [] });
      curve.steps.push(event.step);
      curve.values.push(Number(value));
    }
  });
  return Object.fromEntries(Object.entries(curves).map(([name, curve]) => [name, thin(curve)]));
}

function thin({ steps, values }: { steps: number[]; values: number[] }): {
  steps: number[];
  values: number[];
} {
  if (steps.length <= mostPoints) return { steps, values };
  const picks = Array.from({ length: mostPoints }, (_, i) =>
    Math.round((i * (steps.length - 1)) / (mostPoints - 1)),
  );
  return { steps: picks.map((at) => steps[at]), values: picks.map((at) => values[at]) };
}
