export type { FixtureCheck } from './check.ts';
export { ownFixtures, verifyFolder } from './verify-folder.ts';
