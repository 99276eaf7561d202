import { BadImageError } from '@fsad/images';
import type { Dataset, Split } from './dataset.ts';
import { pixelDigest, sha256 } from './digest.ts';
import { DatasetError } from './errors.ts';

/** Which training images of a class to take. */
export interface SplitRequest {
  readonly class: string;
  /**
   * `hash` (default): the first `shots` of a ranking of the drawable images by hash, nested in `shots`, a new ranking
   * each trial. `consecutive`: the published code's group, images `trial * shots` to `trial * shots + shots - 1` of the
   * official list in file order. `indices`: the given positions in that list. `folder`: every drawable image.
   */
  readonly rule?: Split['rule'];
  /** Number of images k, default 1; for `hash` and `consecutive`. */
  readonly shots?: number;
  /** Counts from 0, the default; for `hash` and `consecutive`. */
  readonly trial?: number;
  /** For `indices`. */
  readonly indices?: readonly number[];
  /** Called for an image that cannot be decoded; `hash` and `folder` then go on without it. Left out: it is an error. */
  readonly onBadImage?: (error: BadImageError) => void;
}

/**
 * Draws the training images of a trial; depends on nothing but the dataset's files and the request.
 * @throws DatasetError for an unknown class, a number of shots the class does not have, an index outside it.
 * @throws BadImageError for an image that cannot be decoded.
 */
export async function drawSplit(dataset: Dataset, request: SplitRequest): Promise<Split> {
  const rule = request.rule ?? 'hash';
  const { shots = 1, trial = 0 } = request;
  if (!Number.isInteger(shots) || shots < 1)
    throw new DatasetError(`shots must be a whole number from 1, got ${shots}`);
  if (!Number.isInteger(trial) || trial < 0) throw new DatasetError(`trials count from 0, got ${trial}`);
  const candidates = candidatesOf(dataset, { ...request, rule, shots, trial });
  const wanted = rule === 'hash' || rule === 'consecutive' ? shots : candidates.length;
  const skipBad = rule === 'hash' || rule === 'folder' ? request.onBadImage : undefined;
  const train: { id: string; sha256: string }[] = [];
  for (const id of candidates) {
    if (train.length === wanted) break;
    try {
      train.push({ id, sha256: await digestOf(dataset, id) });
    } catch (error) {
      if (!(error instanceof BadImageError) || !skipBad) throw error;
      skipBad(error);
    }
  }
  const short = rule === 'hash' && train.length < wanted;
  if (short || train.length === 0) {
    throw new DatasetError(
      `class ${request.class} of ${dataset.name} has ${train.length} training images to draw from; ${wanted} were asked for`,
    );
  }
  const content = {
    dataset: dataset.name,
    options: dataset.options,
    class: request.class,
    shots: train.length,
    trial: rule === 'hash' || rule === 'consecutive' ? trial : 0,
    rule,
    train,
  };
  return { id: splitId(content), ...content };
}

/** What was found out about a dataset before: a plan draws from it again and again. */
interface Known {
  readonly digests: Map<string, string>;
  /** The last ranking; a plan asks for it once for each number of shots. */
  ranking: { readonly of: string; readonly ids: readonly string[] };
}

const everything = new WeakMap<Dataset, Known>();

function knownOf(dataset: Dataset): Known {
  const known = everything.get(dataset) ?? { digests: new Map(), ranking: { of: '', ids: [] } };
  everything.set(dataset, known);
  return known;
}

async function digestOf(dataset: Dataset, id: string): Promise<string> {
  const { digests } = knownOf(dataset);
  const digest = digests.get(id) ?? pixelDigest(await dataset.image(id));
  digests.set(id, digest);
  return digest;
}

/** SHA-256 over a split's content, in a canonical order. */
export function splitId(split: Omit<Split, 'id'>): string {
  const options = Object.entries(split.options).sort(([a], [b]) => (a < b ? -1 : 1));
  const train = split.train.map(({ id, sha256 }) => [id, sha256]);
  return sha256(
    JSON.stringify([split.dataset, options, split.class, split.shots, split.trial, split.rule, train]),
  );
}

type Resolved = SplitRequest & { rule: Split['rule']; shots: number; trial: number };

function candidatesOf(
  dataset: Dataset,
  { class: className, rule, shots, trial, indices }: Resolved,
): readonly string[] {
  if (rule === 'folder') return dataset.trainIds(className);
  if (rule === 'hash') return rank(dataset, className, trial);
  const official = dataset.trainIds(className, 'official');
  const positions =
    rule === 'consecutive'
      ? Array.from({ length: shots }, (_, i) => trial * shots + i)
      : [...new Set(indices ?? [])];
  if (positions.length === 0) throw new DatasetError('no indices of training images were given');
  return positions.map((position) => {
    const id = official[position];
    if (id === undefined) {
      throw new DatasetError(
        `class ${className} of ${dataset.name} has ${official.length} training images, counted from 0; there is no image ${position}`,
      );
    }
    return id;
  });
}

/** Ids in the order of SHA-256 over `fsad-split-v1`, dataset, class, trial and image id, joined by line feeds. */
function rank(dataset: Dataset, className: string, trial: number): readonly string[] {
  const of = `fsad-split-v1\n${dataset.name}\n${className}\n${trial}`;
  const known = knownOf(dataset);
  if (known.ranking.of !== of) {
    const ids = dataset
      .trainIds(className)
      .map((id) => ({ id, key: sha256(`${of}\n${id}`) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ id }) => id);
    known.ranking = { of, ids };
  }
  return known.ranking.ids;
}
