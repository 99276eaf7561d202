export {
  DATASET_NAMES,
  DOWNLOADABLE_NAMES,
  factsOf,
  type Dataset,
  type DatasetName,
  type DownloadableName,
  type Mask,
  type Split,
  type Task,
  type TestItem,
} from './dataset.ts';
export { DatasetError } from './errors.ts';
export { openDataset, type OpenRequest } from './open.ts';
export { drawSplit, splitId, type SplitRequest } from './split.ts';
export { pixelDigest } from './digest.ts';
export { selectTest, trainedAmongTest, type TestRequest, type TestSelection } from './test-selection.ts';
export { atResolution, type CachedDataset, type FillOptions } from './at-resolution.ts';
export { dataDirectory, decodedDirectory, resolveDataPath, type DataLocation } from './data-path.ts';
export { SOURCES, type DatasetSource, type RemoteFile } from './fetch/sources.ts';
export { fetchDataset, type Fetched, type FetchRequest } from './fetch/fetch-dataset.ts';
export { type FetchProgress } from './fetch/download.ts';
export { verifyDataset, type Verification } from './verify.ts';
export { partBadImages, type DecodeProgress } from './bad-images.ts';
export { checkSplit, decodeSplits, encodeSplits, findSplit } from './split-file.ts';
export { summarise, type ClassSummary, type DatasetSummary } from './summary.ts';
export { summaryText } from './summary-text.ts';
