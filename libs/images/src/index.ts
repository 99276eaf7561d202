export type { Image } from './image.ts';
export { BadImageError } from './bad-image.ts';
export { decodeImage, DECODER, unusedRange } from './decode.ts';
export { decodeSamples, pictureShape, type Samples } from './samples.ts';
export { encodePng } from './encode.ts';
export { writePicture } from './write-picture.ts';
export { withChannels } from './channels.ts';
export { resampler, resize, resizeQuantised, type Border, type Resampler } from './resize.ts';
export { resizeImageOpenCv } from './opencv-resize.ts';
export { cropCentre, resizeImage, type PictureFilter } from './picture-resize.ts';
export { equaliseClahe, equaliseHistogram } from './equalise.ts';
export { imageToTensor, levelsOfValues, tensorToImage } from './levels.ts';
export {
  commonRange,
  enlarge,
  heatMap,
  heatMapOverlay,
  outlineMask,
  stretchMap,
  type ValueMap,
  type ValueRange,
} from './heat-map.ts';
export { contactSheet, type SheetLabels } from './contact-sheet.ts';
export { drawingFont, escapeXml, renderSvg, textWidth } from './svg.ts';
