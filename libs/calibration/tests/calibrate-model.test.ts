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

/** A method that only counts; one that is `lazy` fits when it is asked for its second score. */
async function calibrated({ count = 5, quick = true, tiles = 1, lazy = false }) {
  const told: number[] = [];
  /** What was told last at each fit and look. */
  const at: { readonly what: 'fit' | 'look'; readonly whole: number }[] = [];
  const work = { learned: 0, looked: 0 };
  const series: (object | undefined)[] = [];
  const create = async (): Promise<Detector> => {
    let pending: (() => void) | null = null;
    let asked = 0;
    const detector = {
      fit: async (some: readonly Image[], context: FitContext) => {
        work.learned += some.length;
        series.push(context.series);
        pending = () => {
          context.report({ type: 'progress', stage: 'steps', done: 1, total: 2 });
          at.push({ what: 'fit', whole: told.at(-1)! });
          pending = null;
        };
        if (!lazy) pending();
      },
      score: async (some: readonly Image[]) => {
        if (++asked === 2) pending?.();
        work.looked += some.length;
        at.push({ what: 'look', whole: told.at(-1)! });
        return some.map(({ data }) => ({ value: data[0] }));
      },
      dispose: () => undefined,
    };
    return detector as unknown as Detector;
  };
  const method = { quickFit: quick } as unknown as DetectorMethod<unknown>;
  const images = pictures(count);
  let ended = 0;
  const report = (event: DetectorEvent): void => {
    if (event.type !== 'progress') return;
    told.push(event.whole!);
    if (event.stage !== 'whole fit' && event.done === event.total) ended++;
  };
  const parts = partsOfTraining(report, { method, images, tiles }, true);
  parts.fit({ type: 'progress', stage: 'whole fit', done: 1, total: 1 });
  const model = { method, detector: await create(), create, images, seed: 0, tiles };
  const { refits } = await calibrateModel({ ...model, report: parts.calibration });
  return { ...work, refits, series, told, at, ended };
}

describe('calibrating a model that was just fitted', () => {
  it.each([
    { count: 1, quick: true, tiles: 1, refits: 0 },
    { count: 2, quick: true, tiles: 1, refits: 2 },
    { count: 5, quick: true, tiles: 1, refits: 10 },
    { count: 10, quick: true, tiles: 3, refits: 20 },
    { count: 13, quick: true, tiles: 1, refits: 10 },
    { count: 13, quick: true, tiles: 2, refits: 2 },
    { count: 5, quick: false, tiles: 1, refits: 2 },
    { count: 1, quick: false, tiles: 1, refits: 0 },
  ])('fits $refits times more for $count pictures in $tiles x $tiles tiles (quick: $quick)', async (row) => {
    const made = await calibrated(row);
    expect(made.refits).toBe(row.refits);
    expect(made.series).toHaveLength(row.refits);
    // All fits are of one series, but for two halves, which have no picture in common.
    const [series] = made.series;
    expect(made.series.every((one) => one === series)).toBe(true);
    expect(series !== undefined).toBe(row.refits > 2);
    // The fit's end says what is expected of the rest, which is what then happens.
    const [fit] = made.told;
    const look = row.quick ? 1 : 0.01;
    expect((1 - fit) / fit).toBeCloseTo((made.learned + look * made.looked) / row.count, 9);
    expect(made.told.at(-1)).toBeCloseTo(1, 9);
    expect(made.ended, 'the end is told once').toBe(1);
  });

  it.each([{ lazy: false }, { lazy: true }])(
    'tells how far it is, never less far than before (%o)',
    async (row) => {
      const { at, told, learned, looked } = await calibrated(row);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      const [fit] = told;
      const share = (1 - fit) / (learned + looked);
      const looks = at.filter(({ what }) => what === 'look');
      expect(looks).toHaveLength(looked);
      // The five first looks are by the whole detector, each told before the next.
      for (let i = 0; i < 5; i++) expect(looks[i].whole).toBeCloseTo(fit + i * share, 9);
      if (row.lazy) return;
      // Half of four pictures' fit is told amid it, and the whole of it with the first look that follows.
      expect(at[5]).toMatchObject({ what: 'fit' });
      expect(at[5].whole).toBeCloseTo(fit + (5 + 2) * share, 9);
      expect(at[7].whole).toBeCloseTo(fit + (5 + 4 + 1) * share, 9);
    },
  );

  it('of one picture tells each copy', async () => {
    const { at, told } = await calibrated({ count: 1 });
    expect(at.map(({ whole }) => (whole - told[0]) / (1 - told[0]))).toEqual(
      [0, 0.25, 0.5, 0.75].map((x) => expect.closeTo(x, 9)),
    );
  });
});
