export { noiseAmplitudes, type AmplitudeRule } from './amplitude.ts';
export { condition, generate, perturb, type GeneratorScale, type GeneratorSettings } from './generate.ts';
export { Hierarchy, type Upsample } from './hierarchy.ts';
export { reconstructionLoss, type ReconstructionRule } from './reconstruction.ts';
