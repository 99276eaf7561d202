import { describe, expect, it } from 'vitest';
import type { Detector, DetectorEvent, DetectorMethod, FitContext } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { calibrateModel, partsOfTraining } from '../src/index.ts';

const pictures = (count: number): Image[] =>
  Array.from({ length: count }, (_, i) => ({
    width: 8,
    height: 8,
    channels: 1,
    data: new Uint8Array(64).fill(100 + i),
  }));

/** A calibration of a method that only counts: pictures learned from and looked at, series of fits, and how far it was said to be. */
async function calibrated(count: number, quickFit: boolean, tiles?: number) {
  const told: DetectorEvent[] = [];
  const work = { learned: 0, looked: 0, fits: 0, calibration: null as number | null };
  const series = new Set<object | undefined>();
  const create = async (): Promise<Detector> => {
    const detector = {
      fit: async (some: readonly Image[], context: FitContext) => {
        work.learned += some.length;
        work.fits++;
        series.add(context.series);
        context.report({ type: 'progress', stage: 'steps', done: 1, total: 2 });
      },
      score: async (some: readonly Image[]) => {
        work.looked += some.length;
        return some.map(({ data }) => ({ value: data[0] }));
      },
      dispose: () => undefined,
    };
    return detector as unknown as Detector;
  };
  const method = { quickFit } as unknown as DetectorMethod<unknown>;
  const images = pictures(count);
  const parts = partsOfTraining((event) => told.push(event), { method, images, tiles }, true);
  parts.fit({ type: 'progress', stage: 'whole fit', done: 1, total: 1 });
  const detector = await create();
  const model = { method, detector, create, images, seed: 0, tiles, report: parts.calibration };
  const { refits } = await calibrateModel(model);
  const whole = told.map((event) => (event.type === 'progress' ? event.whole! : NaN));
  return { ...work, refits, series: series.size, whole };
}

describe('calibrating a model that was just fitted', () => {
  it.each([
    { count: 1, quick: true, tiles: 1, refits: 0 },
    { count: 2, quick: true, tiles: 1, refits: 2 },
    { count: 5, quick: true, tiles: 1, refits: 10 },
    { count: 10, quick: true, tiles: 1, refits: 20 },
    { count: 13, quick: true, tiles: 1, refits: 10 },
    { count: 5, quick: true, tiles: 3, refits: 10 },
    { count: 6, quick: true, tiles: 3, refits: 2 },
    { count: 5, quick: false, tiles: 1, refits: 2 },
    { count: 1, quick: false, tiles: 1, refits: 0 },
  ])('fits $refits times more for $count pictures in $tiles tiles (quick: $quick)', async (row) => {
    const made = await calibrated(row.count, row.quick, row.tiles);
    expect(made.refits).toBe(row.refits);
    expect(made.fits).toBe(row.refits);
    expect(made.series, 'all fits are of one series').toBe(Math.min(1, row.refits));
    // It is never said to be less far than before, and ends where it should.
    expect(made.whole).toEqual([...made.whole].sort((a, b) => a - b));
    expect(made.whole.at(-1)).toBeCloseTo(1, 9);
    // The fit's end says what is expected of the rest, which is what then happens.
    const [fit] = made.whole;
    const look = row.quick ? 1 : 0.01;
    expect((1 - fit) / fit).toBeCloseTo((made.learned + look * made.looked) / row.count, 9);
  });
});
