import { connectedComponents } from './components.ts';

/** Anomaly scores of an image's pixels, row by row. */
export interface ScoreMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** The true defect of an image, row by row: non-zero where defective. */
export interface DefectMask {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/**
 * Pixel measures of a set of images that are looked at one at a time, twice: first those with a mask (`addDefects`), then every one (`addImage`).
 * Exact: every distinct score is a threshold. Memory grows with the defective pixels, not with all of them.
 */
export class LocalisationJudge {
  /** Defect regions so far, 8-connected. */
  regions = 0;
  readonly #defects: { readonly scores: Float32Array; readonly weights: Float64Array }[] = [];
  #thresholds: Thresholds | null = null;

  /** @throws RangeError when a size differs or a score is NaN */
  addDefects(map: ScoreMap, mask: DefectMask): void {
    checkSize(map, mask);
    const { labels, sizes } = connectedComponents(mask);
    this.regions += sizes.length;
    const count = sizes.reduce((sum, size) => sum + size, 0);
    const scores = new Float32Array(count);
    const weights = new Float64Array(count);
    let at = 0;
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] === 0) continue;
      scores[at] = map.data[i];
      weights[at++] = 1 / sizes[labels[i] - 1];
    }
    this.#defects.push({ scores, weights });
  }

  /** The sound pixels of an image; all of them where `mask` is null. @throws RangeError when a size differs or a score is NaN */
  addImage(map: ScoreMap, mask: DefectMask | null): void {
    this.#thresholds ??= new Thresholds(this.#defects, this.regions);
    checkSize(map, mask);
    this.#thresholds.addSound(map.data, mask?.data ?? null);
  }

  /** AUROC over all pixels. @throws RangeError when all pixels are of one class */
  auroc(): number {
    return this.#complete('pixel AUROC').auroc();
  }

  /**
   * Per-region overlap, integrated over the false positive rate up to `limit` and divided by it (Bergmann et al.,
   * "The MVTec Anomaly Detection Dataset", IJCV 2021, Sec. 4.3): at each threshold the mean over defect regions of the
   * fraction found; trapezoids between thresholds.
   * @param limit largest false positive rate, 0.3 when left out
   * @throws RangeError when there is no defective or no sound pixel
   */
  overlap(limit = 0.3): number {
    if (!(limit > 0 && limit <= 1)) throw new RangeError(`the PRO limit must lie in (0, 1], got ${limit}`);
    return this.#complete('per-region overlap').overlap(limit);
  }

  #complete(what: string): Thresholds {
    const found = this.#thresholds ?? new Thresholds(this.#defects, this.regions);
    const { sound, defective } = found;
    if (sound === 0 || defective === 0) {
      throw new RangeError(
        `${what} needs defective and sound pixels; the masks mark ${defective} of ${sound + defective} as defective`,
      );
    }
    return found;
  }
}

/** The distinct scores of defective pixels, ascending, and how many pixels lie at and between them. */
class Thresholds {
  readonly #scores: Float32Array;
  /** Defective pixels of each score, and their weights 1 / (regions * size of the region). */
  readonly #defects: Float64Array;
  readonly #weights: Float64Array;
  /** Sound pixels of each score, and those below the first, between it and the next, above the last. */
  readonly #ties: Float64Array;
  readonly #between: Float64Array;
  readonly #starts: Uint32Array;
  sound = 0;
  readonly defective: number;

  constructor(
    parts: readonly { readonly scores: Float32Array; readonly weights: Float64Array }[],
    regions: number,
  ) {
    this.defective = parts.reduce((sum, { scores }) => sum + scores.length, 0);
    const all = new Float32Array(this.defective);
    let offset = 0;
    for (const { scores } of parts) {
      all.set(scores, offset);
      offset += scores.length;
    }
    all.sort();
    this.#scores = all.filter((score, i) => i === 0 || score !== all[i - 1]);
    this.#starts = startsOf(this.#scores);
    this.#defects = new Float64Array(this.#scores.length);
    this.#weights = new Float64Array(this.#scores.length);
    this.#ties = new Float64Array(this.#scores.length);
    this.#between = new Float64Array(this.#scores.length + 1);
    for (const { scores, weights } of parts) {
      for (let i = 0; i < scores.length; i++) {
        const at = this.#find(scores[i]);
        this.#defects[at]++;
        this.#weights[at] += weights[i] / regions;
      }
    }
  }

  addSound(data: Float32Array, mask: ArrayLike<number> | null): void {
    for (let i = 0; i < data.length; i++) {
      if (mask?.[i]) continue;
      this.sound++;
      const at = this.#find(data[i]);
      if (this.#scores[at] === data[i]) this.#ties[at]++;
      else this.#between[at]++;
    }
  }

  /** The Mann-Whitney statistic divided by the number of pairs, ties counting one half. */
  auroc(): number {
    let below = 0;
    let twiceWon = 0;
    for (let i = 0; i < this.#scores.length; i++) {
      below += this.#between[i];
      twiceWon += this.#defects[i] * (2 * below + this.#ties[i]);
      below += this.#ties[i];
    }
    return twiceWon / (2 * this.sound * this.defective);
  }

  overlap(limit: number): number {
    let area = 0;
    let rate = 0;
    let overlap = 0;
    let alarms = 0;
    const advance = (soundPixels: number, found: number): void => {
      alarms += soundPixels;
      const next = alarms / this.sound;
      const reached = Math.min(next, limit);
      const share = next > rate ? (reached - rate) / (next - rate) : 0;
      if (reached > rate) area += (reached - rate) * (overlap + (share * found) / 2);
      rate = next;
      overlap += found;
    };
    for (let i = this.#scores.length; i >= 0 && rate < limit; i--) {
      advance(this.#between[i], 0);
      if (i > 0 && rate < limit) advance(this.#ties[i - 1], this.#weights[i - 1]);
    }
    return area / limit;
  }

  /** Index of the first score that is at least `value`. */
  #find(value: number): number {
    const key = keyOf(value);
    let low = this.#starts[key];
    let high = this.#starts[key + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#scores[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The upper 16 bits of a number that orders as the value does: a coarse step of a search. */
function keyOf(value: number): number {
  // Adding 0 makes -0 the 0 it equals.
  float[0] = value + 0;
  return ((bits[0] & 0x80000000 ? ~bits[0] : bits[0] | 0x80000000) >>> 16) & 0xffff;
}

/** For each key, where in `scores` the values of that key begin; one more entry for the end. */
function startsOf(scores: Float32Array): Uint32Array {
  const starts = new Uint32Array(65_537);
  for (const score of scores) starts[keyOf(score) + 1]++;
  for (let key = 0; key < 65_536; key++) starts[key + 1] += starts[key];
  return starts;
}

/**
 * AUROC over all pixels of a set of images.
 * @param masks one a map and of its size; null for an image without defect
 * @throws RangeError when a size differs, a score is NaN, or all pixels are of one class
 */
export function pixelAuroc(maps: readonly ScoreMap[], masks: readonly (DefectMask | null)[]): number {
  return judged(maps, masks).auroc();
}

/** {@link LocalisationJudge.overlap} of a set of images; arguments as of {@link pixelAuroc}. */
export function perRegionOverlap(
  maps: readonly ScoreMap[],
  masks: readonly (DefectMask | null)[],
  limit = 0.3,
): number {
  return judged(maps, masks).overlap(limit);
}

function judged(maps: readonly ScoreMap[], masks: readonly (DefectMask | null)[]): LocalisationJudge {
  if (maps.length !== masks.length) {
    throw new RangeError(
      `${maps.length} anomaly maps but ${masks.length} masks; each map needs a mask or null`,
    );
  }
  const judge = new LocalisationJudge();
  maps.forEach((map, i) => {
    const mask = masks[i];
    if (mask) named(i, () => judge.addDefects(map, mask));
  });
  maps.forEach((map, i) => named(i, () => judge.addImage(map, masks[i])));
  return judge;
}

/** Puts the map's number before what is wrong with it. */
function named(i: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`map ${i} ${error.message}`) : error;
  }
}

function checkSize(map: ScoreMap, mask: DefectMask | null): void {
  if (map.data.length !== map.width * map.height) {
    throw new RangeError(`claims ${map.width}x${map.height} but holds ${map.data.length} scores`);
  }
  if (mask && (mask.width !== map.width || mask.height !== map.height)) {
    throw new RangeError(
      `is ${map.width}x${map.height} but its mask ${mask.width}x${mask.height}; resize one of them first`,
    );
  }
  const wrong = map.data.findIndex(Number.isNaN);
  if (wrong >= 0) throw new RangeError(`has NaN as the score of pixel ${wrong}`);
}
