/** Endings of pictures that are decoded; what a file is, its content says. */
const readable = /\.(png|jpe?g|jpe|jfif|webp|tiff?|bmp|gif)$/i;

/** Endings of pictures that are not decoded. */
const unread =
  /\.(hei[cf]|avif|jxl|jp2|j2k|jpx|svgz?|psd|exr|hdr|p[bgpn]m|tga|pcx|ico|dng|cr[23]|nef|arw|raf|orf|rw2|raw|dcm|nii|npy|npz|czi)$/i;

/** Folders and files that systems and tools leave among pictures. */
const system = new Set([
  '@eadir',
  '#recycle',
  '#snapshot',
  '$recycle.bin',
  'system volume information',
  'lost+found',
  '__macosx',
  '__pycache__',
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
]);

/** Whether a file's name ends like a picture that is decoded. */
export const isPictureName = (name: string): boolean => readable.test(name);

/** Whether a file's name ends like a picture of a kind that is not decoded. */
export const isUnreadPictureName = (name: string): boolean => unread.test(name);

/** Whether a name is hidden or belongs to a system, never to a person's pictures. */
export const isSystemName = (name: string): boolean => name.startsWith('.') || system.has(name.toLowerCase());

/** Whether a folder holds masks, not pictures. */
export const isMaskFolder = (name: string): boolean => /^ground[_ -]?truths?$/i.test(name);
