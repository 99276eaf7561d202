import type { AnomalyMap } from '@fsad/detector';
import { invertOnMap, type CopyPlan } from '@fsad/transforms';
import { patchCount, smallestFirst } from './select.ts';

/** The probabilities of one scale, as `DiscriminatorNetwork.score` gives them for the plan's batch. */
export interface ScaleProbabilities {
  readonly plan: CopyPlan;
  /** One array a canvas, [windows, count, H * H]. */
  readonly probabilities: readonly Float32Array[];
  readonly count: number;
}

/**
 * Where images are anomalous (Sec. 4.2): the patch maps of all copies, each brought back by T_i^-1, added up. The paper adds probabilities of the true class, low where
 * anomalous; here it is 1 - probability, so that higher is more anomalous, and the mean over copies instead of the sum. A copy that shifted a place out of sight
 * counts there as its own mean raised or lowered like the copies that show it, so that no seam appears where copies end. A patch is spread over the pixels it
 * saw, which the paper leaves open.
 * @param scale the finest, whose side the maps have.
 * @param fraction only the least probable fraction of patches of every copy counts, the others as 0; 1 takes all.
 * @returns one map an image.
 */
export function localise(scale: ScaleProbabilities, fraction: number): AnomalyMap[] {
  const { side } = scale.plan;
  return Array.from({ length: scale.count }, (_, image) => {
    return { width: side, height: side, data: toImage(patchMap(scale, image, fraction), side) };
  });
}

/** The map [H, H] of one image at one scale: mean over the copies of (1 - probability), 0 where not selected. */
function patchMap(
  { plan, probabilities, count }: ScaleProbabilities,
  image: number,
  fraction: number,
): Float32Array {
  const windows = plan.canvases.map((canvas) => canvas.windows.length);
  const patches = probabilities[0].length / (windows[0] * count);
  const side = Math.round(Math.sqrt(patches));
  const sums = new Float64Array(patches);
  const shown = new Int32Array(patches);
  let levels = 0;
  for (const [c, canvas] of plan.canvases.entries()) {
    for (const [w, { transform }] of canvas.windows.entries()) {
      const start = (w * count + image) * patches;
      const own = probabilities[c].subarray(start, start + patches);
      const suspicion = selected(own, patchCount(patches, fraction));
      const { values, seen } = invertOnMap(suspicion, side, plan.transforms[transform], plan.side, plan.rule);
      const level = suspicion.reduce((sum, value) => sum + value, 0) / patches;
      levels += level;
      for (let p = 0; p < patches; p++) {
        if (seen[p] === 0) continue;
        sums[p] += values[p] - level;
        shown[p]++;
      }
    }
  }
  const mean = levels / plan.transforms.length;
  return Float32Array.from(sums, (sum, p) => mean + (shown[p] > 0 ? sum / shown[p] : 0));
}

/** 1 - probability of the `keep` least probable patches and of those as improbable as the last, 0 of the others. */
function selected(probabilities: Float32Array, keep: number): Float32Array {
  let limit = Infinity;
  if (keep < probabilities.length) {
    const order = Float32Array.from(probabilities);
    smallestFirst(order, keep);
    limit = order.subarray(0, keep).reduce((largest, value) => Math.max(largest, value));
  }
  return probabilities.map((p) => (p <= limit ? 1 - p : 0));
}

/** What a patch counts for at a pixel 0 to 5 away along an axis: of the paths through five 3 x 3 convolutions to the patch, the share that starts there. */
const FIELD = [51, 45, 30, 15, 5, 1].map((paths) => paths / 243);

/**
 * A patch map at the size of its image: a pixel is as anomalous as the patches whose receptive field contains it, weighted by `FIELD` along both axes. Patches
 * beyond the border, which nobody saw, count as the map's median, so that the border does not glow for want of neighbours.
 */
function toImage(map: Float32Array, side: number): Float32Array {
  const patches = Math.round(Math.sqrt(map.length));
  const ordinary = Float32Array.from(map).sort()[(map.length - 1) >> 1];
  const columns = spreadRows(
    map.map((value) => value - ordinary),
    patches,
    side,
  );
  return spreadRows(columns, patches, side).map((value) => ordinary + value);
}

/** Spreads every row of `patches` values over `side` pixels; rows become columns, so that doing it twice spreads both axes. */
export function spreadRows(map: Float32Array, patches: number, side: number): Float32Array {
  const rows = map.length / patches;
  const frame = (side - patches) / 2;
  const reach = FIELD.length - 1;
  const result = new Float32Array(side * rows);
  for (let x = 0; x < side; x++) {
    const first = Math.max(x - frame - reach, 0);
    const last = Math.min(x - frame + reach, patches - 1);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let p = first; p <= last; p++) sum += FIELD[Math.abs(x - frame - p)] * map[row * patches + p];
      result[x * rows + row] = sum;
    }
  }
  return result;
}
