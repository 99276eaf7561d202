import type { Image } from '@fsad/images';
import type { OnnxGraph, Value } from '@fsad/onnx';

/** What a method reports while it works; the edge draws progress, journals it, or drops it. */
export type DetectorEvent =
  | {
      readonly type: 'progress';
      readonly stage: string;
      readonly done: number;
      readonly total: number;
      /** How much of the whole fit is done, 0 to 1; left out by a fit of this one stage. */
      readonly whole?: number;
    }
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
  /**
   * The same object in fits by detectors of the same settings that follow one another on mostly the same images, told apart by identity: what a method has found out about
   * an image in one of them it may keep under this for the next. Nothing that is learned depends on it.
   */
  readonly series?: object;
}

/** An anomaly score. Higher is more anomalous, everywhere. */
export interface Score {
  readonly value: number;
  /** What each scale alone would say, coarsest first; of methods that have scales. */
  readonly scales?: readonly number[];
  /** The score by the fraction of patches that makes it, from the same pass; the first is the one `value` was made with. */
  readonly fractions?: readonly { readonly fraction: number; readonly value: number }[];
  /** Further scores by name, same orientation. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** Where an image is anomalous: row by row, higher is more anomalous, size of the working resolution. */
export interface AnomalyMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Scores and maps of the same images, in order. */
export interface Inspection {
  readonly scores: Score[];
  readonly maps: AnomalyMap[];
}

/** A picture drawn from what was learned. */
export interface DrawnPicture {
  /** The seed it was drawn with. */
  readonly seed: number;
  /** Index of the training image it follows; 0 where the method does not tell them apart. */
  readonly of: number;
  /** Coarsest first; one picture for a method without scales. Colour as learned from. */
  readonly scales: readonly Image[];
}

/** What was measured over the steps of a fit. */
export interface LearningCurve {
  /** 0 is the coarsest; null for methods without scales. */
  readonly scale: number | null;
  /** What was measured, e.g. `discriminator`. */
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** What a fitted detector has to show of its training. */
export interface TrainingReview {
  /** Contact sheets by name, e.g. `scales`. */
  readonly sheets: Readonly<Record<string, Image>>;
  readonly curves: readonly LearningCurve[];
}

/** How a fitted detector is written as an ONNX graph. */
export interface OnnxExport {
  /** Sides in pixels of the picture that the graph takes, and its channels. */
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** How a picture of any size is brought to that one, in words and in numbers. */
  readonly preparation: { readonly words: string; readonly numbers: Readonly<Record<string, unknown>> };
  /** Does what `preparation` says: levels of 0 to 255, which need not be whole, [channels, height, width]. */
  prepare(image: Image): Float32Array;
  /**
   * Adds everything from a picture to its score and map.
   * @param picture levels of 0 to 255, float32 [1, channels, height, width]
   * @returns the method's own score, float64 [1], and its map, float64 [1, 1, height, width], null for a method without
   */
  draw(graph: OnnxGraph, picture: Value): Promise<{ readonly score: Value; readonly map: DrawnMap | null }>;
}

/** A map in a graph, and its sides. */
export interface DrawnMap {
  readonly value: Value;
  readonly width: number;
  readonly height: number;
}

/**
 * A method that learns what is normal from k pictures. Fitted once; then it scores. What is optional is there when this detector can do it, which may depend on its
 * configuration.
 */
export interface Detector {
  /** Channels of the images learned from; null before `fit`. */
  readonly channels: 1 | 3 | null;
  /** Learns from k >= 1 normal images, all grey or all RGB. @throws when an image does not fit the method. */
  fit(images: readonly Image[], context: FitContext): Promise<void>;
  /** Scores in order. An image's score does not depend on the others it is scored with. */
  score(images: readonly Image[], signal?: AbortSignal): Promise<Score[]>;
  /**
   * Scores as `score` does, with what had been learned after so many iterations of every scale; for methods that can look back.
   * @throws RangeError unless `fit` was told to keep them
   */
  scoreAfter?(iterations: number, images: readonly Image[], signal?: AbortSignal): Promise<Score[]>;
  /** Anomaly maps. A detector that localises also inspects. */
  localize?(images: readonly Image[], signal?: AbortSignal): Promise<AnomalyMap[]>;
  /** What `score` and `localize` give, from one pass over the images. */
  inspect?(images: readonly Image[], signal?: AbortSignal): Promise<Inspection>;
  /** New pictures: for every seed one that follows each training image, or one. */
  generate?(seeds: readonly number[]): Promise<DrawnPicture[]>;
  /** Sheets and curves of the training. @param images those learned from. */
  review?(images: readonly Image[]): Promise<TrainingReview>;
  /** How to compute `inspect` outside this program. @throws Error saying why what was configured cannot be. */
  toOnnx?(): Promise<OnnxExport>;
  /** Writes everything `load` needs into `directory`, atomically. */
  save(directory: string): Promise<void>;
  /** Frees tensors; the detector must not be used afterwards. */
  dispose(): void;
}

/**
 * What a method computes on: `none`, plain code; `patches`, an engine of patch networks; `general`, a backend of TensorFlow.js; or both.
 */
export type EngineKind = 'none' | 'patches' | 'general' | 'patches+general';

/** What a preset may be fitted to: what is looked for, from how many images. */
export interface Purpose {
  readonly task: 'one-class' | 'defects';
  readonly shots: number;
}

/** The same fit with fewer of the same steps; the time of a step is proportional to the number of training images. */
export interface ShorterFits<Config> {
  /** Steps of the given configuration. */
  readonly steps: number;
  /** The configuration with `steps` of them. */
  settings(steps: number): Config;
}

/** Training pictures of a class, for sheets about them. */
export interface PreviewedPictures {
  readonly title: string;
  readonly images: readonly Image[];
  readonly ids: readonly string[];
}

/** How the rest of the project meets a method: by name, with presets, configured by one validated value. */
export interface DetectorMethod<Config, Fitted extends Detector = Detector> {
  /** As in the command line and in results: `htdg`, `geom`, `deep-svdd`. */
  readonly name: string;
  /** Raised by its author when results change; part of a trial's key. */
  readonly numericVersion: number;
  readonly engine: EngineKind;
  /** Pixels that the shorter side of an image must have at least; any image will do where it is left out. */
  readonly smallestSide?: number;
  /** Complete configurations by name. Every method has `official`, its published settings, and `smoke`, which takes seconds. */
  readonly presets: Readonly<Record<string, Config>>;
  /** The preset for a few pictures of one's own. */
  readonly defaultPreset: string;
  /** The same where defects are looked for; `defaultPreset` where it is left out. */
  readonly defectPreset?: string;
  /** A preset as the method's author uses it for a purpose; the preset itself where it is left out. */
  presetFor?(name: string, purpose: Purpose): Config;
  /** True where a fit takes about as long as scoring its pictures; it is then repeated freely, e.g. without one picture at a time. */
  readonly quickFit?: boolean;
  /** What a plain word sets, e.g. `iterations`: values by configuration key. */
  readonly shorthands?: Readonly<Record<string, (value: unknown) => Readonly<Record<string, unknown>>>>;
  /** Shorter fits that tell how long this one takes; left out where a fit cannot be cut so. */
  shorten?(config: Config, colour: 'grey' | 'rgb'): ShorterFits<Config>;
  /** A fit of the fewest steps there can be, whose model takes as long to score as this one's; tells what scoring takes where `shorten` is left out. */
  fewestSteps?(config: Config): Config;
  /** Pictures as a configuration sees them before it learns, by the name of the sheet; left out where there is nothing to see. */
  preview?(config: Config, pictures: PreviewedPictures): Promise<Readonly<Record<string, Image>>>;
  /** What every key of a configuration means, by its dotted name. */
  readonly meanings: Readonly<Record<string, string>>;
  /** Checks a complete configuration. @throws Error naming an unknown or ill-typed key. */
  parseConfig(input: unknown): Config;
  create(config: Config, runtime: MethodRuntime): Promise<Fitted>;
  /** Opens a saved detector. @throws Error naming a missing, truncated or foreign file. */
  load(directory: string, runtime: MethodRuntime): Promise<Fitted>;
}

/** What the edge chose for a method to compute with. */
export interface MethodRuntime {
  /** `auto` or an engine name; methods on general networks map it to a TensorFlow.js backend. */
  readonly engine: string;
  readonly threads: number;
}
