export { methods } from '@fsad/runner';
