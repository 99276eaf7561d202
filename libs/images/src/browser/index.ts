/** What of this package needs no files, no decoder and no font. */
export type { Image } from '../image.ts';
export { BadImageError } from '../bad-image.ts';
export { inferno } from '../colour-map.ts';
export { withChannels } from '../channels.ts';
export { resampler, resize, resizeQuantised, type Border, type Resampler } from '../resize.ts';
export { resizeImageOpenCv } from '../opencv-resize.ts';
export { cropCentre, resizeImage, type PictureFilter } from '../picture-resize.ts';
export { equaliseClahe, equaliseHistogram } from '../equalise.ts';
export { imageToTensor, levelsOfValues, tensorToImage } from '../levels.ts';
export { stretchMap, type ValueMap, type ValueRange } from '../heat-map.ts';
