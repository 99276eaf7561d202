import { BadImageError } from '@fsad/images';
import { scoreImages, type Scored } from '@fsad/runner';

type ScoreRequest = Omit<Parameters<typeof scoreImages>[0], 'onProgress'>;

/** Scores up to a picture that cannot be read, which ends the work: what was done before it is kept. */
export async function scoreUntilBad(
  request: ScoreRequest,
  onProgress: (done: number) => void = () => undefined,
): Promise<{ scored: Scored; broken: BadImageError | null }> {
  let scored: Scored = { scores: [], maps: null };
  try {
    await scoreImages({
      ...request,
      onProgress(done, soFar) {
        scored = soFar;
        onProgress(done);
      },
    });
    return { scored, broken: null };
  } catch (error) {
    if (!(error instanceof BadImageError)) throw error;
    return { scored, broken: error };
  }
}

/** What to end with after a bad picture. */
export function stopped({ message }: BadImageError, done: number, total: number): Error {
  return new Error(
    `${message}; it ended the work after ${done} of ${total} pictures, which are kept (--on-bad-image skip goes on without it)`,
  );
}
