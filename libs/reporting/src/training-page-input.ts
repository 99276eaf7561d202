import type { Image, ValueMap } from '@fsad/images';
import type { LossCurve } from './learning-curves.ts';

/** Everything the page of a finished training shows: numbers and pictures, nothing that must be looked up elsewhere. */
export interface TrainingPage {
  /** What was asked of the model, as a heading: `Scratches and stains, found after seeing one picture`. */
  readonly title: string;
  /** One or two sentences under the heading. */
  readonly lead: string;
  /** The line above the heading: method, preset, engine, e.g. `HTDG · preset fast · engine native (AVX-512)`. */
  readonly kicker: string;
  /** Wall time in seconds. */
  readonly seconds: { readonly training: number; readonly scoring: number };
  /** The training images as the model saw them; at least one. */
  readonly training: readonly Image[];
  /** What each scale learned, coarsest first; empty for methods without scales. */
  readonly scales: readonly TrainedScale[];
  /** Loss curves; see `lossCurves` for those of a trial result. Empty where none were kept. */
  readonly curves: readonly LossCurve[];
  /** Every scored test image; both normal and anomalous ones must be among them. */
  readonly test: readonly TestPicture[];
  /** How to do the same with one's own pictures, in order. */
  readonly commands: readonly { readonly purpose: string; readonly command: string }[];
  /** Settings and versions for the table at the end, in order. */
  readonly details: Readonly<Record<string, string | number>>;
}

/** One scale of the pyramid after training. */
export interface TrainedScale {
  /** The first training image at this scale. */
  readonly real: Image;
  /** That image rebuilt by the generator; null for methods that do not. */
  readonly reconstruction: Image | null;
  /** Pictures drawn from the model at this scale. */
  readonly samples: readonly Image[];
}

/** One test image with what the model says of it. */
export interface TestPicture {
  /** Shown under the picture, e.g. the file name. */
  readonly name: string;
  /** Higher is more anomalous. */
  readonly score: number;
  readonly anomalous: boolean;
  /** `good`, a defect type, or the name of the image's class. */
  readonly kind: string;
  readonly image: Image;
  /** Where the model finds it anomalous; null where it does not say. */
  readonly map: ValueMap | null;
  /** The true defect, non-zero inside; null where there is none or it is unknown. */
  readonly mask: Image | null;
}
