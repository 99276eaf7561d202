export type { FixtureCheck } from './check.ts';
export { verifyFolder } from './verify-folder.ts';
