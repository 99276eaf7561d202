export {
  checkName,
  checkStep,
  checkText,
  checkTime,
  fromWire,
  InvalidValueError,
  limits,
  toWire,
  type WireNumber,
} from './limits.ts';
