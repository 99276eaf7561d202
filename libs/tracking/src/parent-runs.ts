import { leastTrials, meanInterval, summarize } from '@fsad/metrics';
import type { MetricPoint, RunStatus } from '@fsad/mlflow-client';
import { runStatus, type TrialState } from './replay.ts';

/** A trial whose good result filled its cell at `at` (milliseconds since 1970), with its final numbers. */
export interface FinishedTrial {
  readonly key: string;
  readonly trial: number;
  readonly at: number;
  readonly results: Readonly<Record<string, number>>;
}

/** The order in which trials of a parent count: as their results came. */
export function byEnd<T extends { readonly key: string; readonly trial: number; readonly at: number }>(
  a: T,
  b: T,
): number {
  return a.at - b.at || a.trial - b.trial || (a.key < b.key ? -1 : 1);
}

/**
 * The summaries of a parent run over its finished trials, in the order of {@link byEnd}: after each, the mean of every result so far, and from three
 * trials on `std` (n - 1) and a 95 % Student's t interval. All at step 0, where MLflow draws bars to compare runs by, at the time of their trial, or a
 * millisecond after the one before: the latest counts. The same trials give the same points, however often they are told. A trial done again under
 * another key takes the place of the former. Results that are not finite are left out.
 * @param from Trials told before: only what follows is given.
 */
export function parentPoints(finished: readonly FinishedTrial[], from = 0): MetricPoint[] {
  const holding = new Map<number, FinishedTrial>();
  let timestamp = 0;
  return finished.flatMap((one, i) => {
    holding.set(one.trial, one);
    timestamp = Math.max(one.at, timestamp + 1);
    return i < from ? [] : summaryPoints([...holding.values()], { timestamp, step: 0 });
  });
}

function summaryPoints(
  trials: readonly FinishedTrial[],
  place: Pick<MetricPoint, 'timestamp' | 'step'>,
): MetricPoint[] {
  const values = new Map<string, number[]>();
  for (const { results } of trials) {
    for (const [name, value] of Object.entries(results)) {
      if (Number.isFinite(value)) values.set(name, [...(values.get(name) ?? []), value]);
    }
  }
  const points: MetricPoint[] = [{ key: 'trials', value: trials.length, ...place }];
  for (const [name, list] of values) {
    const summary = summarize(list);
    points.push({ key: `${name}/mean`, value: summary.mean, ...place });
    if (summary.std === null || summary.count < leastTrials) continue;
    points.push({ key: `${name}/std`, value: summary.std, ...place });
    const interval = meanInterval(summary, { range: rangeOf(name) });
    if (interval === null) continue;
    points.push({ key: `${name}/low`, value: interval.low, ...place });
    points.push({ key: `${name}/high`, value: interval.high, ...place });
  }
  return points;
}

/** What a result can be: areas under curves lie in [0, 1], times are not negative. */
function rangeOf(name: string): readonly [number, number] {
  return name.startsWith('seconds/')
    ? [0, Infinity]
    : /^(auroc|pixel)(\/|$)/.test(name)
      ? [0, 1]
      : [-Infinity, Infinity];
}

/**
 * Trials whose cell another key took, each with the key that holds it now; `by` is null for one that got its cell back. `finished` in the order
 * of {@link byEnd}.
 */
export function replacedTrials<T extends { readonly key: string; readonly trial: number }>(
  finished: readonly T[],
): { readonly trial: T; readonly by: string | null }[] {
  const holder = new Map<number, T>();
  const lost = new Map<string, T>();
  for (const one of finished) {
    const before = holder.get(one.trial);
    if (before && before.key !== one.key) lost.set(`${before.trial} ${before.key}`, before);
    holder.set(one.trial, one);
  }
  return [...lost.values()].map((trial) => {
    const { key } = holder.get(trial.trial) as T;
    return { trial, by: key === trial.key ? null : key };
  });
}

/** How a parent stands: running while a trial does, finished when one ended well, else as its last trial ended. */
export function parentStatus(trials: readonly Pick<TrialState, 'outcome' | 'endedAt'>[]): {
  readonly status: RunStatus;
  readonly endTime: number | undefined;
} {
  const running = trials.some(({ outcome }) => outcome === 'running');
  if (running) return { status: 'RUNNING', endTime: undefined };
  const last = trials.reduce((a, b) => ((b.endedAt ?? 0) > (a.endedAt ?? 0) ? b : a));
  const ok = trials.some(({ outcome }) => outcome === 'ok');
  return { status: ok ? 'FINISHED' : runStatus(last.outcome), endTime: last.endedAt ?? undefined };
}
