import type { NetworkState } from '@fsad/patch-network';
import type { Tensor } from '@fsad/tensors';
import type { HtdgConfig } from './config.ts';

/** The losses of one iteration, each the mean over its steps; NaN where there was none: `real` alone where the generator took no part. */
export interface LossRow {
  readonly real: number;
  readonly fake: number;
  readonly adversarial: number;
  readonly reconstruction: number;
}

/** A finished scale: plain data, tied to no engine. */
export interface TrainedScale {
  readonly side: number;
  readonly discriminator: NetworkState;
  /** Null in the ablation without generator. */
  readonly generator: {
    readonly state: NetworkState;
    readonly amplitudes: Float32Array;
    readonly fixedNoise: Tensor | null;
  } | null;
  /** One row an iteration. */
  readonly losses: readonly LossRow[];
  /** The discriminator after some of the iterations, by their number; empty unless the training was told to keep any. */
  readonly kept: KeptStates;
}

/** States of a discriminator by the number of iterations it had learned. */
export type KeptStates = ReadonlyMap<number, NetworkState>;

/** Where a model came from, stored beside its configuration. */
export interface ModelOrigin {
  readonly colour: 'grey' | 'rgb';
  /** k, the number of images learned from. */
  readonly shots: number;
  readonly seed: number;
  readonly engine: string;
  readonly instructionSet: string;
  /** Digest of configuration, images, seed and engine: what a checkpoint must share to be continued. */
  readonly fingerprint: string;
}

/** A whole model; during training its last scales are still missing. */
export interface HtdgModel {
  readonly config: HtdgConfig;
  readonly origin: ModelOrigin;
  readonly scales: readonly TrainedScale[];
}

/** A scale in the middle of its training. */
export interface ScaleCheckpoint {
  readonly n: number;
  /** Network states with Adam's moments, after `losses.length` iterations. */
  readonly generator: NetworkState | null;
  readonly discriminator: NetworkState;
  readonly kept: KeptStates;
  readonly losses: readonly LossRow[];
}

/** Where a training keeps what it must not lose. */
export interface TrainingStore {
  finishedScale(n: number): Promise<TrainedScale | null>;
  saveScale(n: number, scale: TrainedScale): Promise<void>;
  checkpoint(): Promise<ScaleCheckpoint | null>;
  saveCheckpoint(checkpoint: ScaleCheckpoint): Promise<void>;
}
