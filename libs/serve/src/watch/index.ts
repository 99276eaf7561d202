export { watchFolder, type WatchOptions } from './watch-folder.ts';
export { type WatchedPicture } from './table.ts';
