export { startService, type RunningService, type StartOptions } from './start-service.ts';
export { type ServedRequest, type ServiceOptions } from './service.ts';
export { LIMITS, type Limits } from './limits.ts';
export { REFUSALS, type RefusalCode } from './refusal.ts';
