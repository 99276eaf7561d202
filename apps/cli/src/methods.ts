export { methods, withoutEngine } from '@fsad/runner';
