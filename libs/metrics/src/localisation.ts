import { rankingAuroc } from './auroc.ts';
import { connectedComponents } from './components.ts';
import { rank } from './ranking.ts';

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
 * AUROC over all pixels of a set of images.
 * @param masks one a map and of its size; null for an image without defect
 * @throws RangeError when a size differs, a score is NaN, or all pixels are of one class
 */
export function pixelAuroc(maps: readonly ScoreMap[], masks: readonly (DefectMask | null)[]): number {
  checkSizes(maps, masks);
  const total = maps.reduce((sum, map) => sum + map.data.length, 0);
  const scores = new Float32Array(total);
  const labels = new Uint8Array(total);
  let offset = 0;
  maps.forEach((map, i) => {
    scores.set(map.data, offset);
    const mask = masks[i];
    if (mask) for (let j = 0; j < map.data.length; j++) labels[offset + j] = mask.data[j] ? 1 : 0;
    offset += map.data.length;
  });
  return rankingAuroc(rank(scores, labels));
}

/**
 * Per-region overlap, integrated over the false positive rate up to `limit` and divided by it (Bergmann et al.,
 * "The MVTec Anomaly Detection Dataset", IJCV 2021, Sec. 4.3): at each threshold the mean over defect regions of the
 * fraction found, regions being 8-connected. Exact: every distinct score is a threshold; trapezoids between them.
 * @param masks one a map and of its size; null for an image without defect
 * @param limit largest false positive rate, 0.3 when left out
 * @throws RangeError when a size differs, a score is NaN, or there is no defective or no sound pixel
 */
export function perRegionOverlap(
  maps: readonly ScoreMap[],
  masks: readonly (DefectMask | null)[],
  limit = 0.3,
): number {
  checkSizes(maps, masks);
  if (!(limit > 0 && limit <= 1)) throw new RangeError(`the PRO limit must lie in (0, 1], got ${limit}`);
  const { sound, defect, weight } = weighPixels(maps, masks);
  const order = Uint32Array.from(defect, (_, i) => i).sort((a, b) => defect[b] - defect[a]);
  let area = 0;
  let rate = 0;
  let overlap = 0;
  let n = sound.length;
  let p = 0;
  let found = 0;
  while (rate < limit) {
    const threshold = Math.max(
      n > 0 ? sound[n - 1] : -Infinity,
      p < order.length ? defect[order[p]] : -Infinity,
    );
    while (n > 0 && sound[n - 1] === threshold) n--;
    while (p < order.length && defect[order[p]] === threshold) found += weight[order[p++]];
    const nextRate = (sound.length - n) / sound.length;
    const reached = Math.min(nextRate, limit);
    const share = nextRate > rate ? (reached - rate) / (nextRate - rate) : 0;
    area += (reached - rate) * (overlap + (share * (found - overlap)) / 2);
    rate = nextRate;
    overlap = found;
  }
  return area / limit;
}

/** Sorted scores of sound pixels; scores of defective pixels with weights 1 / (regions * size of the region). */
function weighPixels(
  maps: readonly ScoreMap[],
  masks: readonly (DefectMask | null)[],
): { sound: Float32Array; defect: Float32Array; weight: Float64Array } {
  const regions = masks.map((mask) => (mask ? connectedComponents(mask) : null));
  const regionCount = regions.reduce((sum, found) => sum + (found?.sizes.length ?? 0), 0);
  const defectCount = regions.reduce((sum, found) => sum + (found?.sizes.reduce((a, b) => a + b, 0) ?? 0), 0);
  const total = maps.reduce((sum, map) => sum + map.data.length, 0);
  if (defectCount === 0 || defectCount === total) {
    throw new RangeError(
      `per-region overlap needs defective and sound pixels; the masks mark ${defectCount} of ${total} as defective`,
    );
  }
  const sound = new Float32Array(total - defectCount);
  const defect = new Float32Array(defectCount);
  const weight = new Float64Array(defectCount);
  let s = 0;
  let d = 0;
  maps.forEach((map, i) => {
    const found = regions[i];
    for (let j = 0; j < map.data.length; j++) {
      if (Number.isNaN(map.data[j])) throw new RangeError(`the score of pixel ${j} in map ${i} is NaN`);
      const region = found ? found.labels[j] : 0;
      if (found && region > 0) {
        weight[d] = 1 / (regionCount * found.sizes[region - 1]);
        defect[d++] = map.data[j];
      } else {
        sound[s++] = map.data[j];
      }
    }
  });
  return { sound: sound.sort(), defect, weight };
}

function checkSizes(maps: readonly ScoreMap[], masks: readonly (DefectMask | null)[]): void {
  if (maps.length !== masks.length) {
    throw new RangeError(
      `${maps.length} anomaly maps but ${masks.length} masks; each map needs a mask or null`,
    );
  }
  maps.forEach((map, i) => {
    const mask = masks[i];
    if (map.data.length !== map.width * map.height) {
      throw new RangeError(`map ${i} claims ${map.width}x${map.height} but holds ${map.data.length} scores`);
    }
    if (mask && (mask.width !== map.width || mask.height !== map.height)) {
      throw new RangeError(
        `map ${i} is ${map.width}x${map.height} but its mask ${mask.width}x${mask.height}; resize one of them first`,
      );
    }
  });
}
