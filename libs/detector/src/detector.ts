import type { Image } from '@fsad/images';

/** What a method reports while it works; the edge draws progress, journals it, or drops it. */
export type DetectorEvent =
  | { readonly type: 'progress'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly type: 'metric'; readonly name: string; readonly step: number; readonly value: number }
  | { readonly type: 'note'; readonly text: string };

/** What a method may use while fitting. Methods do not print, read clocks, or touch files outside `checkpoints`. */
export interface FitContext {
  /** Root of all named random streams of this fit. */
  readonly seed: number;
  readonly report: (event: DetectorEvent) => void;
  /** Aborting makes `fit` reject with `signal.reason` within one step. */
  readonly signal?: AbortSignal;
  /** A folder for resumable state; without it nothing is written. A fit that finds its own checkpoint there continues it. */
  readonly checkpoints?: string;
  /** To be called right before a checkpoint is written, so that what was reported up to it is durable first. */
  readonly beforeCheckpoint?: () => void;
  /** Iterations (of every scale) after which what `scoreAfter` needs is kept; methods without `scoreAfter` pass them over. */
  readonly keepAfter?: readonly number[];
}

/** An anomaly score. Higher is more anomalous, everywhere. */
export interface Score {
  readonly value: number;
  /** Further scores by name, same orientation: `scale/0`, `fraction/0.05`. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** Where an image is anomalous: row by row, higher is more anomalous, size of the working resolution. */
export interface AnomalyMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A method that learns what is normal from k pictures. Fitted once; then it scores. */
export interface Detector {
  /** Learns from k >= 1 normal images, all grey or all RGB. @throws when an image does not fit the method. */
  fit(images: readonly Image[], context: FitContext): Promise<void>;
  /** Scores in order. An image's score does not depend on the others it is scored with. */
  score(images: readonly Image[], signal?: AbortSignal): Promise<Score[]>;
  /**
   * Scores as `score` does, with what had been learned after so many iterations of every scale; for methods that can look back.
   * @throws RangeError unless `fit` was told to keep them
   */
  scoreAfter?(iterations: number, images: readonly Image[], signal?: AbortSignal): Promise<Score[]>;
  /** Anomaly maps, for methods that can localise. */
  localize?(images: readonly Image[], signal?: AbortSignal): Promise<AnomalyMap[]>;
  /** Writes everything `load` needs into `directory`, atomically. */
  save(directory: string): Promise<void>;
  /** Frees tensors; the detector must not be used afterwards. */
  dispose(): void;
}

/** How the rest of the project meets a method: by name, with presets, configured by one validated value. */
export interface DetectorMethod<Config> {
  /** As in the command line and in results: `htdg`, `geom`, `deep-svdd`. */
  readonly name: string;
  /** Raised by its author when results change; part of a trial's key. */
  readonly numericVersion: number;
  /** Complete configurations by name, e.g. `official`, `few-shot`. */
  readonly presets: Readonly<Record<string, Config>>;
  /** Checks a complete configuration. @throws Error naming an unknown or ill-typed key. */
  parseConfig(input: unknown): Config;
  create(config: Config, runtime: MethodRuntime): Promise<Detector>;
  /** Opens a saved detector. @throws Error naming a missing, truncated or foreign file. */
  load(directory: string, runtime: MethodRuntime): Promise<Detector>;
}

/** What the edge chose for a method to compute with. */
export interface MethodRuntime {
  /** `auto` or an engine name; methods on general networks map it to a TensorFlow.js backend. */
  readonly engine: string;
  readonly threads: number;
}
