import type { DetectorEvent } from './detector.ts';

type Report = (event: DetectorEvent) => void;

/** Reports of what is the part `from` to `to` of a whole fit; both are shares of its expected time, 0 to 1. */
export function partOfFit(report: Report, from: number, to: number): Report {
  return (event) => {
    if (event.type !== 'progress') return report(event);
    const { done, total, whole = total > 0 ? done / total : 1 } = event;
    report({ ...event, whole: from + (to - from) * whole });
  };
}
