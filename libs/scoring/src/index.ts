export { patchCount } from './select.ts';
export {
  anomalyScores,
  combineScales,
  minMaxScores,
  officialScore,
  scaleNormality,
  type ScoreSettings,
} from './score.ts';
export { localise, spreadRows, type ScaleProbabilities } from './localise.ts';
