import { judge } from '@fsad/calibration';
import { scoreColumns } from '@fsad/detector';
import type { OpenedModel } from './open-model.ts';
import type { NamedPicture } from './pictures.ts';
import { scoreUntilBad, type ScoredUntilBad } from './score-until-bad.ts';

/** What is printed of a picture: `score` from 0 to 1 and `decision` where the model knows what good pictures score, else `raw`, the method's own score. */
export type PictureRow = Readonly<Record<string, string | number>>;

export interface ScoredPictures extends Pick<ScoredUntilBad, 'broken'> {
  readonly rows: readonly PictureRow[];
  /** How many were called defective; null for a model without a threshold. */
  readonly defective: number | null;
}

/**
 * Scores pictures in order, up to one that cannot be read.
 * @param given.threshold score of 0 to 1 above which a picture is called defective
 * @param given.raw also the method's own score and its parts
 * @throws DivergedError naming a picture whose score is not finite; the signal's reason
 */
export async function scorePictures(
  { detector, calibration }: OpenedModel,
  pictures: readonly NamedPicture[],
  given: { readonly threshold: number; readonly raw: boolean; readonly signal: AbortSignal },
): Promise<ScoredPictures> {
  const { threshold, raw: all, signal } = given;
  const names = pictures.map(({ name }) => name);
  const image = (at: number) => pictures[at].image();
  const { scored, broken } = await scoreUntilBad({ detector, names, image, maps: false, signal });
  const verdicts = calibration && scored.scores.map(({ value }) => judge(calibration, value, threshold));
  const rows = scored.scores.map((score, at): PictureRow => {
    const picture = names[at];
    const verdict = verdicts?.[at];
    const raw = score.value;
    const short: PictureRow = verdict
      ? { picture, score: verdict.score, decision: verdict.decision }
      : { picture, raw };
    return all ? { ...short, raw, ...scoreColumns(score) } : short;
  });
  const defective = verdicts && verdicts.filter(({ decision }) => decision === 'defective').length;
  return { rows, broken, defective };
}
