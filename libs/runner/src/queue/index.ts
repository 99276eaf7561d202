export { runOnQueue } from './follow.ts';
export { QueueError, shownAddress } from './link.ts';
export { serveQueue, type ServeOptions, type ServeSummary } from './serve.ts';
