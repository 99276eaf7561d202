export type { Image } from './image.ts';
export { BadImageError, decodeImage, DECODER } from './decode.ts';
export { encodePng } from './encode.ts';
export { withChannels } from './channels.ts';
