import { describe, expect, it } from 'vitest';
import { connectedComponents, perRegionOverlap, pixelAuroc } from '../src/index.ts';

function mask(rows: string[]): { width: number; height: number; data: Uint8Array } {
  const data = Uint8Array.from(rows.join(''), (mark) => (mark === '#' ? 255 : 0));
  return { width: rows[0].length, height: rows.length, data };
}

/** The three 12x12 maps and masks for which the reference values were computed. */
function reference(): {
  maps: { width: number; height: number; data: Float32Array }[];
  masks: (ReturnType<typeof mask> | null)[];
} {
  const maps = [0, 1, 2].map((k) => {
    const truth = new Uint8Array(144);
    if (k < 2) {
      for (let y = 2; y < 5; y++) truth.fill(1, 12 * y + 3 + k, 12 * y + 6 + k);
      truth[12 * 5 + 6 + k] = 1;
      for (let y = 9; y < 11; y++) truth.fill(1, 12 * y + 8, 12 * y + 11 - k);
    }
    const data = Float32Array.from(truth, (bad, i) => {
      const x = i % 12;
      const y = (i - x) / 12;
      return ((x * 37 + y * 91 + k * 53) % 29) + bad * 6 * (k + 1);
    });
    return { width: 12, height: 12, data, truth };
  });
  return {
    maps,
    masks: maps.map(({ truth }, k) => (k < 2 ? { width: 12, height: 12, data: truth } : null)),
  };
}

describe('connectedComponents', () => {
  it('joins diagonal neighbours and numbers regions in reading order', () => {
    const { labels, sizes } = connectedComponents(mask(['#..#', '.#..', '...#']));
    expect([...labels]).toEqual([1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 3]);
    expect(sizes).toEqual([2, 1, 1]);
  });

  it('does not join pixels across the left and right border', () => {
    expect(connectedComponents(mask(['...#', '#...'])).sizes).toEqual([1, 1]);
  });

  it('takes one region of a megapixel without overflowing the stack', () => {
    expect(
      connectedComponents({ width: 1000, height: 1000, data: new Uint8Array(1e6).fill(1) }).sizes,
    ).toEqual([1e6]);
  });
});

describe('pixelAuroc', () => {
  it('equals scikit-learn 1.9.1 roc_auc_score over all pixels, images without defect included', () => {
    const { maps, masks } = reference();
    expect(pixelAuroc(maps, masks)).toBeCloseTo(0.7772802653399669, 13);
  });

  it('refuses a mask of another size and names the map', () => {
    const { maps } = reference();
    expect(() => pixelAuroc([maps[0]], [mask(['#.'])])).toThrow('map 0 is 12x12 but its mask 2x1');
  });
});

describe('perRegionOverlap', () => {
  it('equals an evaluation at every threshold with numpy and scipy.ndimage.label', () => {
    const { maps, masks } = reference();
    expect(perRegionOverlap(maps, masks)).toBeCloseTo(0.4858771169405497, 12);
    expect(perRegionOverlap(maps, masks, 0.05)).toBeCloseTo(0.30286735963041933, 12);
    expect(perRegionOverlap(maps, masks, 1)).toBeCloseTo(0.7833488805970149, 12);
  });

  it('is 1 for a map that is the mask itself', () => {
    const truth = mask(['##..', '....', '...#']);
    expect(perRegionOverlap([{ ...truth, data: Float32Array.from(truth.data) }], [truth])).toBeCloseTo(1, 14);
  });

  it('is half the limit for a constant map, whose curve is the diagonal', () => {
    const truth = mask(['##..', '....', '...#']);
    expect(perRegionOverlap([{ ...truth, data: new Float32Array(12) }], [truth])).toBeCloseTo(0.15, 14);
  });

  it('weighs a small region as much as a large one', () => {
    const truth = mask(['####.', '.....', '....#']);
    const onlySmall = { ...truth, data: Float32Array.from(truth.data, (_, i) => (i === 14 ? 1 : 0)) };
    // The small region is found before any false alarm; the large one lies on the diagonal from there.
    expect(perRegionOverlap([onlySmall], [truth])).toBeCloseTo(0.5 + 0.5 * 0.15, 14);
  });

  it('refuses masks without any defect', () => {
    const flat = { width: 2, height: 1, data: new Float32Array(2) };
    expect(() => perRegionOverlap([flat], [null])).toThrow('0 of 2');
  });
});
