export type {
  AnomalyMap,
  Detector,
  DetectorEvent,
  DetectorMethod,
  FitContext,
  MethodRuntime,
  Score,
} from './detector.ts';
