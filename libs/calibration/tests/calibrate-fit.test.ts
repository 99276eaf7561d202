import { describe, expect, it } from 'vitest';
import type { AnomalyMap, Detector } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';
import { calibrateFit, calibrateMap, caveats, disturb, judge } from '../src/index.ts';

const SIDE = 40;

/** Grey noise with a highlight at one place, in every picture or in none. */
function picture(name: string, highlight: boolean): Image {
  const noise = randomStream(3, name).normal(SIDE * SIDE);
  const data = Uint8Array.from(noise, (value, p) => {
    const near = Math.max(0, 1 - Math.hypot((p % SIDE) - 30, Math.floor(p / SIDE) - 10) / 8);
    return Math.max(0, Math.min(255, 60 + 5 * value + (highlight ? 120 * near : 0)));
  });
  return { width: SIDE, height: SIDE, channels: 1, data };
}

/** Takes brightness itself for anomalous; remembers what it learned from. */
class Brightness {
  readonly channels = 1;
  learned: readonly Image[] = [];
  disposed = false;
  readonly asked: Image[] = [];
  static async fitted(images: readonly Image[]): Promise<Brightness> {
    return Object.assign(new Brightness(), { learned: images });
  }
  /** Moves the scale of this fit. */
  offset = 0;
  async inspect(images: readonly Image[]) {
    this.asked.push(...images);
    const maps = images.map(({ width, height, data }): AnomalyMap => ({
      width,
      height,
      data: Float32Array.from(data),
    }));
    return {
      scores: images.map(({ data }) => ({
        value: data.reduce((a, b) => a + b, 0) / data.length + this.offset,
      })),
      maps,
    };
  }
  dispose(): void {
    this.disposed = true;
  }
}

const asDetector = (one: Brightness): Detector => one as unknown as Detector;

async function calibrated(images: readonly Image[], copies = 2, offsets = 0, names?: readonly string[]) {
  const made: Brightness[] = [];
  const whole = await Brightness.fitted(images);
  const calibration = await calibrateFit({
    detector: asDetector(whole),
    images,
    names,
    refit: async (some) => {
      made.push(Object.assign(await Brightness.fitted(some), { offset: offsets * made.length }));
      return asDetector(made[made.length - 1]);
    },
    refits: 5,
    copies,
  });
  return { calibration: { ...calibration, model: '' }, made, whole };
}

const pictures = (count: number, highlight: boolean): Image[] =>
  Array.from({ length: count }, (_, i) => picture(`good/${i}`, highlight));

describe('calibrating a fit', () => {
  it('scores every picture and its copies by a detector that was fitted without it, and frees those', async () => {
    const images = pictures(7, false);
    const { made, whole, calibration } = await calibrated(images);
    expect(calibration).toMatchObject({ pictures: 7, refits: 5, copies: 2 });
    expect(made).toHaveLength(5);
    expect(whole.asked).toHaveLength(7);
    const scored = made.flatMap(({ asked, learned }) =>
      asked.filter((image) => images.includes(image) && !learned.includes(image)),
    );
    expect(new Set(scored).size).toBe(7);
    for (const { learned, disposed } of made) {
      expect(disposed).toBe(true);
      expect(learned.length).toBeLessThan(7);
    }
    for (const { asked, learned } of made) {
      // Of three pictures it learned from one copy each; of the others themselves and two copies.
      expect(asked.some((image) => learned.includes(image))).toBe(false);
      expect(asked).toHaveLength(3 + 3 * (images.length - learned.length));
    }
  });

  it('expects of the whole detector what the fall from one number of pictures to the next leads to', async () => {
    const mean = ({ data }: Image): number => data.reduce((a, b) => a + b, 0) / data.length;
    // Every picture has a brightness of its own; one that was not learned scores the higher the fewer were.
    const images = Array.from({ length: 5 }, (_, i): Image => {
      return { width: 16, height: 16, channels: 1, data: new Uint8Array(256).fill(20 + 50 * i) };
    });
    const fitted = (learned: readonly Image[]): Detector =>
      ({
        score: async (some: readonly Image[]) =>
          some.map((image) => ({
            value: learned.some((one) => Math.abs(mean(one) - mean(image)) < 24)
              ? 0
              : 10 - 5 * Math.log(learned.length),
          })),
        dispose: () => undefined,
      }) as unknown as Detector;
    const made = await calibrateFit({
      detector: fitted(images),
      images,
      refit: async (some) => fitted(some),
      refits: 5,
      copies: 1,
    });
    expect(made.refits).toBe(10);
    expect(made.score.ordinary).toBeCloseTo(10 - 5 * Math.log(5), 9);
  });

  it('is the same when every fit has a scale of its own', async () => {
    const images = pictures(5, false);
    const [plain, shifted] = [await calibrated(images), await calibrated(images, 2, 40)];
    expect(shifted.calibration.score.threshold).toBeCloseTo(plain.calibration.score.threshold, 6);
    expect(shifted.calibration.map!.threshold).toBeCloseTo(plain.calibration.map!.threshold, 3);
  });

  it('with one picture rests on disturbed copies and says so', async () => {
    const { made, whole, calibration } = await calibrated(pictures(1, false), 4);
    expect(made).toHaveLength(0);
    expect(whole.asked).toHaveLength(4);
    expect(caveats(calibration)).toEqual([
      expect.stringMatching(/one picture.*fsad calibrate MODEL --good DIR/),
    ]);
    expect(caveats((await calibrated(pictures(5, false))).calibration)).toEqual([]);
  });

  it('names a training picture that is unlike the others', async () => {
    const good = picture('good/5', false);
    const bright = { ...good, data: good.data.map((level) => 3 * level) };
    const names = ['a', 'b', 'c', 'd', 'good/e.png'];
    const { calibration } = await calibrated([...pictures(4, false), bright], 2, 0, names);
    expect(calibration.odd).toEqual({ number: 5, name: 'good/e.png' });
    expect(caveats(calibration)).toEqual([
      expect.stringMatching(
        /^training picture good\/e\.png scores far above .* train without it unless it is good$/,
      ),
    ]);
    const nameless = (await calibrated([...pictures(4, false), bright])).calibration;
    expect(caveats(nameless)).toEqual([expect.stringMatching(/^training picture 5 of 5 scores/)]);
    const moved = { before: 1, good: 3, bad: 0 };
    expect(caveats({ ...nameless, moved })).toEqual([]);
  });

  it('fewer than 5 % of the pixels of a new good picture lie above 0.5, and a spot is above it', async () => {
    const { calibration } = await calibrated(pictures(5, false));
    const next = picture('next', false);
    const { maps } = await new Brightness().inspect([next]);
    const scaled = calibrateMap(calibration, maps[0]).data;
    expect(scaled.filter((value) => value > 0.5).length / scaled.length).toBeLessThan(0.05);
    maps[0].data[5 * SIDE + 5] = 120;
    expect(calibrateMap(calibration, maps[0]).data[5 * SIDE + 5]).toBeGreaterThan(0.5);
  });

  it('a highlight that every good picture has at one place does not glow there, and does elsewhere', async () => {
    const { calibration } = await calibrated(pictures(5, true));
    expect(calibration.map?.places).not.toBeNull();
    const { maps } = await new Brightness().inspect([picture('next', true)]);
    expect(calibrateMap(calibration, maps[0]).data[10 * SIDE + 30]).toBeLessThan(0.5);
    for (let p = -1; p <= 1; p++) maps[0].data.fill(180, (25 + p) * SIDE + 8, (25 + p) * SIDE + 12);
    expect(calibrateMap(calibration, maps[0]).data[25 * SIDE + 10]).toBeGreaterThan(0.5);
  });

  it('pictures that agree on no place are not compared place by place', async () => {
    expect((await calibrated(pictures(5, false))).calibration.map?.places).toBeNull();
  });

  it('a method without maps gets a level for its scores alone', async () => {
    const images = pictures(3, false);
    const detector = {
      score: async (some: readonly Image[]) => some.map(({ data }) => ({ value: data[0] })),
      dispose: () => undefined,
    } as unknown as Detector;
    const made = await calibrateFit({ detector, images, refit: async () => detector, refits: 3, copies: 1 });
    expect(made.map).toBeNull();
    const calibration = { ...made, model: '' };
    expect(judge(calibration, made.score.threshold)).toMatchObject({ score: 0.5, decision: 'good' });
    expect(judge(calibration, made.score.threshold + 5).decision).toBe('defective');
    expect(() => calibrateMap(calibration, { width: 1, height: 1, data: new Float32Array(1) })).toThrow(
      /without maps/,
    );
  });
});

describe('a disturbed copy', () => {
  const image = picture('one', true);

  it('within limits of nothing is the picture', () => {
    expect(disturb(image, 'a', { shift: 0, turn: 0, scale: 0, light: 0, noise: 0 })).toEqual(image);
  });

  it('is the same for the same name and another for another', () => {
    expect(disturb(image, 'a')).toEqual(disturb(image, 'a'));
    expect(disturb(image, 'a')).not.toEqual(disturb(image, 'b'));
  });

  it('shows the highlight within 1.5 % of the side, a turn of 1.5 degrees and a scale of 1.5 %', () => {
    const centre = ({ data }: Image): [number, number] => {
      let [sum, x, y] = [0, 0, 0];
      for (const [p, value] of data.entries()) {
        const weight = Math.max(0, value - 100);
        sum += weight;
        x += weight * (p % SIDE);
        y += weight * Math.floor(p / SIDE);
      }
      return [x / sum, y / sum];
    };
    for (const name of ['a', 'b', 'c']) {
      const [[x0, y0], [x1, y1]] = [centre(image), centre(disturb(image, name))];
      expect(Math.hypot(x1 - x0, y1 - y0)).toBeLessThan(
        0.015 * SIDE * Math.SQRT2 + 14.5 * (0.026 + 0.015) + 0.2,
      );
    }
  });
});
