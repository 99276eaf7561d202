export { method } from './detector.ts';
export type { DeepSvddConfig, Schedule } from './config.ts';
export {
  disposeNetwork,
  encoderShape,
  featureCount,
  initialStages,
  leaky,
  runStages,
  type EncoderShape,
  type Network,
  type NormMode,
} from './network.ts';
