export { binomialInterval } from './binomial-interval.ts';
export { studentQuantile } from './distributions.ts';
export { auroc, rocCurve, type RocCurve } from './auroc.ts';
export { aurocInterval, type AurocInterval } from './auroc-interval.ts';
export { type Labels } from './ranking.ts';
export { averagePrecision, bestF1, type BestF1 } from './detection.ts';
export { connectedComponents, type Components } from './components.ts';
export {
  LocalisationJudge,
  perRegionOverlap,
  pixelAuroc,
  type DefectMask,
  type ScoreMap,
} from './localisation.ts';
export { pairedDifference, wilcoxonSignedRank, type PairedDifference, type WilcoxonTest } from './paired.ts';
export { deviation, mean, quantileOfSorted } from './statistics.ts';
export {
  classAverage,
  difference,
  estimate,
  estimateInterval,
  leastTrials,
  meanInterval,
  summarize,
  type ClassAverage,
  type Estimate,
  type Interval,
  type IntervalOptions,
  type Summary,
} from './summary.ts';
