export { patchCount } from './select.ts';
export {
  anomalyScores,
  combineScales,
  minMaxScores,
  officialScore,
  scaleNormality,
  type ScoreSettings,
} from './score.ts';
export { localise, type ScaleProbabilities } from './localise.ts';
