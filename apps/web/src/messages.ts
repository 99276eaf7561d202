import type { Calibration } from '@fsad/calibration';
import type { DetectorEvent } from '@fsad/detector';

/** What the page and its worker say to one another. Pictures go to the worker and nowhere else. */

export type MethodName = 'patchcore' | 'htdg';

/** A picture as a person gave it. */
export interface Given {
  readonly id: number;
  readonly name: string;
  readonly file: Blob;
}

/** A picture that the page drew. */
export type Drawn = Omit<Given, 'id'>;

/** A good picture, whose size decides into how many tiles all are cut. */
export interface GoodPicture extends Given {
  readonly width: number;
  readonly height: number;
}

export type Asked =
  | { readonly type: 'learn'; readonly method: MethodName; readonly pictures: readonly GoodPicture[] }
  | { readonly type: 'stop' }
  | { readonly type: 'check'; readonly pictures: readonly Given[] }
  | { readonly type: 'generate'; readonly kind: 'surface' | 'part' }
  | { readonly type: 'open'; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly type: 'pack' }
  | { readonly type: 'forget' };

/** A model that is ready. */
export interface Ready {
  readonly method: MethodName;
  readonly calibration: Calibration | null;
  readonly tiles: number;
  /** Seconds it took to learn; null for one that was opened. */
  readonly seconds: number | null;
}

/** A picture that was checked. */
export interface Checked {
  readonly id: number;
  /** The method's own score. */
  readonly raw: number;
  /** A small copy of the picture, and where it differs: colours of which the faint parts are transparent. */
  readonly thumbnail: Blob;
  readonly heat: Blob | null;
}

/** What HTDG saw and makes at one scale, coarsest first. */
export interface ScalePictures {
  readonly side: number;
  readonly real: ImageData;
  readonly reconstruction: ImageData | null;
  readonly samples: readonly ImageData[];
}

export type Told =
  | {
      readonly type: 'started';
      readonly threads: number;
      readonly session: Session | null;
      readonly model: Ready | null;
    }
  | Extract<DetectorEvent, { readonly type: 'progress' | 'note' }>
  | {
      readonly type: 'loss';
      readonly scale: number;
      readonly name: string;
      readonly step: number;
      readonly value: number;
    }
  | { readonly type: 'scales'; readonly scales: readonly ScalePictures[] }
  | { readonly type: 'learned'; readonly model: Ready }
  | { readonly type: 'stopped' }
  | { readonly type: 'checked'; readonly result: Checked }
  | { readonly type: 'unreadable'; readonly id: number; readonly reason: string }
  | { readonly type: 'generated'; readonly good: readonly Drawn[]; readonly check: readonly Drawn[] }
  | { readonly type: 'packed'; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly type: 'failed'; readonly text: string };

/** A training that was begun in this browser. */
export interface Session {
  readonly method: MethodName;
  readonly pictures: readonly GoodPicture[];
  /** Whether a person stopped it. */
  readonly stopped: boolean;
}
