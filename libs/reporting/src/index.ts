export { drawFigure, figurePng, type Figure, type Panel } from './figure.ts';
export { lossCurves, lossPanels, type LossCurve } from './learning-curves.ts';
export { formatAuroc, rocPanel, scoreHistogramPanel } from './score-figures.ts';
export {
  aurocBarPanel,
  aurocLinePanel,
  type BarEntry,
  type LineSeries,
  type PlottedValue,
} from './comparison-figures.ts';
export { DEMONSTRATED, demonstrate } from './demonstrate.ts';
export { trainingPage } from './training-page.ts';
export type { TestPicture, TrainedScale, TrainingPage } from './training-page-input.ts';
export { LiveTracking } from './live-tracking.ts';
export { tellStore } from './tell-store.ts';
export { mlflowDrawings } from './mlflow-drawings.ts';
export { writeReport, type WrittenReport } from './write-report.ts';
export { paperColumn } from './paper-columns.ts';
export { publishedTable, type PublishedTable, type PublishedValue } from './published.ts';
export { curvesCsv, trainingFiles } from './training-files.ts';
export { hasFixedScale, localizePictures, type Localized } from './localize-pictures.ts';
export { picturesPage, type JudgedPicture, type PicturesPage } from './pictures-page.ts';
export {
  comparedMethods,
  comparedTrials,
  comparisonCsv,
  comparisonHeading,
  comparisonText,
  type ComparedMethod,
  type ComparedTrial,
} from './comparison-table.ts';
