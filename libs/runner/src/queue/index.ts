export { runOnQueue } from './follow.ts';
export { QueueError } from './link.ts';
export { serveQueue, type ServeOptions, type ServeSummary } from './serve.ts';
