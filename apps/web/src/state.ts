import { computed, signal } from '@preact/signals';
import { judge } from '@fsad/calibration';
import type { MethodName, Ready, ScalePictures } from './messages.ts';
import { oddGoodOf } from './odd-good.ts';

/** What the page shows. Changed by `actions.ts` alone. */

/** A good picture to learn from. */
export interface Good {
  readonly id: number;
  readonly name: string;
  readonly file: Blob;
  readonly width: number;
  readonly height: number;
  /** Address of a small copy. */
  readonly shown: string;
}

export type Mark = 'good' | 'bad' | null;

/** A picture to check, and what was found. */
export interface Check {
  readonly id: number;
  readonly name: string;
  readonly file: Blob;
  readonly mark: Mark;
  /** Null while it waits. */
  readonly found: Found | null;
  /** Why it could not be read. */
  readonly unreadable: string | null;
}

export interface Found {
  readonly raw: number;
  readonly thumbnail: string;
  readonly heat: string | null;
}

export type Phase = 'starting' | 'idle' | 'learning' | 'stopped' | 'learned';

/** How far a training is. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** How much of the whole training is done, 0 to 1. */
  readonly whole: number;
  /** Seconds that are left of it; null while nobody can say. */
  readonly left: number | null;
}

/** Losses of one scale by their name, iteration by iteration. */
export type Losses = Readonly<Record<string, readonly number[]>>;

export const phase = signal<Phase>('starting');
export const method = signal<MethodName>('patchcore');
export const good = signal<readonly Good[]>([]);
export const checks = signal<readonly Check[]>([]);
export const model = signal<Ready | null>(null);
/** The good pictures that the model learned from, by their ids; null for a model that was opened. */
export const learnedFrom = signal<readonly number[] | null>(null);
export const progress = signal<Progress | null>(null);
export const losses = signal<readonly Losses[]>([]);
export const scales = signal<readonly ScalePictures[]>([]);
export const threads = signal(1);
/** On the scale of 0 to 1. */
export const threshold = signal(0.5);
/** How strongly heat maps lie over pictures, 0 to 1. */
export const strength = signal(0.85);
export const worstFirst = signal(false);
/** Sentences for the person: what went wrong. */
export const notices = signal<readonly string[]>([]);

/** The good picture that the model found unlike the others it learned from; its id. */
export const oddGood = computed(() => oddGoodOf(model.value?.calibration, learnedFrom.value, good.value));

/** A picture that was checked, judged at the threshold as it stands. */
export interface Judged extends Check {
  readonly score: number;
  readonly decision: 'good' | 'defective';
  readonly found: Found;
}

/** A model without calibration has raw scores alone, which no threshold of 0 to 1 fits. */
export const judged = computed<readonly Judged[]>(() => {
  const calibration = model.value?.calibration;
  return checks.value.flatMap((check) => {
    const { found } = check;
    if (!found || !calibration) return [];
    const { score, decision } = judge(calibration, found.raw, threshold.value);
    return [{ ...check, found, score, decision }];
  });
});

/** What the marks say of the threshold. */
export const errors = computed(() => {
  const marked = (mark: Mark): readonly Judged[] => judged.value.filter((check) => check.mark === mark);
  const [goodOnes, badOnes] = [marked('good'), marked('bad')];
  return {
    good: goodOnes,
    bad: badOnes,
    falseAlarms: goodOnes.filter(({ decision }) => decision === 'defective').length,
    misses: badOnes.filter(({ decision }) => decision === 'good').length,
  };
});
