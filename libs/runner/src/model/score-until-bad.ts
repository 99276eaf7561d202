import { BadImageError } from '@fsad/images';
import { scoreImages, type Scored } from '../trial/index.ts';

type ScoreRequest = Omit<Parameters<typeof scoreImages>[0], 'onProgress'>;

/** What was scored, and the picture that ended the work because it cannot be read. */
export interface ScoredUntilBad {
  readonly scored: Scored;
  readonly broken: BadImageError | null;
}

/** Scores up to a picture that cannot be read, which ends the work: what was done before it is kept. */
export async function scoreUntilBad(
  request: ScoreRequest,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<ScoredUntilBad> {
  let scored: Scored = { scores: [], maps: null };
  try {
    await scoreImages({
      ...request,
      onProgress(done, soFar) {
        scored = soFar;
        onProgress(done, request.names.length);
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
