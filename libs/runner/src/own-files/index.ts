export { importOwn } from './import-own.ts';
export { ownRegistry, withOwnMethods } from './with-own-methods.ts';
