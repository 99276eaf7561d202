export { finest, pyramidAxes, scalesOf, testPyramid, trainingPyramid, upsampleTo } from './pyramid.ts';
export { testSource, trainingSource } from './source.ts';
export {
  fastPyramid,
  officialParisPyramid,
  officialPyramid,
  paperPyramid,
  scaleSizes,
  type PyramidSettings,
} from './settings.ts';
