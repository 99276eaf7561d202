export { patchCount } from './select.ts';
export {
  anomalyScores,
  combineScales,
  minMaxScores,
  officialScore,
  paperScore,
  scaleNormality,
  type ScoreSettings,
} from './score.ts';
export { localise, type LocalisationSettings, type ScaleProbabilities } from './localise.ts';
