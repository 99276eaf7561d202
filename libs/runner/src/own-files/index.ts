export { importOwn } from './import-own.ts';
export { ownMethodsOf, ownRegistry, withOwnMethods } from './with-own-methods.ts';
