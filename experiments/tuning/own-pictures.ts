/**
 * What a newcomer's pictures would get from each method: a class of surfaces and one of parts from MVTec AD, and the generated ones.
 *
 *   npx tsx experiments/tuning/own-pictures.ts --data FOLDER --out results/own-pictures/records.jsonl --methods patchcore,htdg
 *     [--sets grid,screw,surface,part] [--shots 1,5] [--trials 3] [--threads 1] [--test-subset 40]
 *
 * FOLDER is MVTec AD's. `grid-even` and `screw-even` are the same pictures, each brought to the mean level of the training pictures by a factor. A method is NAME or NAME:PRESET; without a preset its own for a few pictures. One JSON line a
 * (method, set, shots, trial); those in the file are skipped, so it can be stopped and run again. Every detector is
 * calibrated from its training pictures alone, then judged on all test pictures at the threshold it gave itself. Seconds are processor
 * seconds of the whole process: they do not depend on what else the machine does.
 */
import { parseArgs } from 'node:util';
import { calibrateFit, calibrateMap, judge, type Calibration } from '@fsad/calibration';
import { drawSplit, openDataset, selectTest, type TestItem } from '@fsad/datasets';
import type { AnomalyMap, Detector, Score } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { auroc } from '@fsad/metrics';
import { judgePixels, methods } from '@fsad/runner';
import { KeptLines } from './kept-lines.ts';
import { meanLevel } from './mean-level.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    methods: { type: 'string' },
    sets: { type: 'string', default: 'grid,screw,surface,part' },
    shots: { type: 'string', default: '1,5' },
    trials: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
    // Of slow methods: so many test pictures, in the proportions of their kinds, instead of all.
    'test-subset': { type: 'string' },
  },
});
const { data, out } = values;
const asked = values['test-subset'];
const testSubset = asked === undefined ? undefined : Number(asked);
if (testSubset !== undefined && !(Number.isInteger(testSubset) && testSubset > 0)) {
  throw new Error(`--test-subset must be a whole number from 1, got ${asked}`);
}
if (!data || !out || !values.methods)
  throw new Error('--data FOLDER, --out FILE and --methods NAME,.. are needed');
const kept = await KeptLines.open(out);

for (const method of values.methods.split(',')) {
  const { numericVersion } = await methods[method.split(':')[0]]();
  for (const named of values.sets.split(',')) {
    const even = named.endsWith('-even');
    const set = named.replace('-even', '');
    for (const shots of values.shots.split(',').map(Number)) {
      for (let trial = 0; trial < Number(values.trials); trial++) {
        const cell: Cell = { method, numericVersion, set, even, testSubset, shots, trial };
        if (kept.has(cell)) continue;
        const record = { ...cell, ...(await measure(cell)) };
        await kept.add(record);
        process.stderr.write(`${JSON.stringify({ ...record, scores: undefined, anomalous: undefined })}\n`);
      }
    }
  }
}

interface Cell {
  readonly method: string;
  readonly numericVersion: number;
  readonly set: string;
  /** Every picture brought to the mean level of the training pictures, as nearly as 255 allows. */
  readonly even: boolean;
  /** So many test pictures; undefined for all. */
  readonly testSubset: number | undefined;
  readonly shots: number;
  readonly trial: number;
}

async function measure({ method: named, set, even, testSubset: count, shots, trial }: Cell) {
  const [name, preset] = named.split(':');
  const method = await methods[name]();
  const generated = set === 'surface' || set === 'part';
  const dataset = generated ? await openDataset('generated') : await openDataset('mvtec', { path: data });
  const split = await drawSplit(dataset, { class: set, shots, trial });
  const { items } = selectTest(dataset, split, { testSubset: count });
  const given = await Promise.all(split.train.map(({ id }) => dataset.image(id)));
  const level = given.reduce((sum, image) => sum + meanLevel(image) / given.length, 0);
  const lit = (image: Image): Image => (even ? brightened(image, level / meanLevel(image)) : image);
  const images = given.map(lit);
  const chosen = preset ?? method.defaultPreset;
  const purpose = { task: 'defects' as const, shots };
  const config = method.presetFor ? method.presetFor(chosen, purpose) : method.presets[chosen];
  const fitted = async (some: readonly Image[], series?: object): Promise<Detector> => {
    const detector = await method.create(config, { engine: 'auto', threads: Number(values.threads) });
    await detector.fit(some, { seed: trial, report: () => {}, series });
    return detector;
  };
  const [detector, fitSeconds] = await timed(() => fitted(images));
  const refits = method.quickFit ? shots : 2;
  const series = refits > 2 ? {} : undefined;
  const [made, calibrationSeconds] = await timed(() =>
    calibrateFit({ detector, images, refit: (some) => fitted(some, series), refits, copies: 4 }),
  );
  const calibration = { ...made, model: '' };
  const scores: Score[] = [];
  const maps: AnomalyMap[] = [];
  const pictures = await Promise.all(items.map(async ({ id }) => lit(await dataset.image(id))));
  const [, scoreSeconds] = await timed(async () => {
    for (const picture of pictures) {
      const found = detector.inspect
        ? await detector.inspect([picture])
        : { scores: await detector.score([picture]), maps: [] };
      scores.push(...found.scores);
      maps.push(...found.maps);
    }
  });
  const { pixel } = maps.length > 0 ? await judgePixels(dataset, items, maps) : { pixel: null };
  detector.dispose();
  await dataset.close();
  const anomalous = items.map((item) => item.anomalous);
  const raw = scores.map(({ value }) => value);
  return {
    auroc: round(auroc(raw, anomalous)),
    pixelAuroc: pixel && round(pixel.auroc),
    pro: pixel && round(pixel.pro),
    ...errors(calibration, items, raw, maps),
    fitSeconds: round(fitSeconds),
    calibrationSeconds: round(calibrationSeconds),
    secondsPerPicture: round(scoreSeconds / items.length),
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    level: calibration.score,
    agreement: calibration.map && round(calibration.map.agreement),
    scores: raw.map((value) => Number(value.toPrecision(7))),
    anomalous: anomalous.map(Number),
  };
}

/** What the automatic threshold does on pictures not seen, and how much of good pictures' maps passes its colour. */
function errors(
  calibration: Calibration,
  items: readonly TestItem[],
  raw: readonly number[],
  maps: readonly AnomalyMap[],
) {
  const count = { falseAlarms: 0, good: 0, misses: 0, bad: 0 };
  let glow = 0;
  for (const [i, { anomalous }] of items.entries()) {
    const defective = judge(calibration, raw[i]).decision === 'defective';
    count[anomalous ? 'bad' : 'good']++;
    if (anomalous && !defective) count.misses++;
    if (!anomalous && defective) count.falseAlarms++;
    if (anomalous || maps.length === 0) continue;
    const { data: scaled } = calibrateMap(calibration, maps[i]);
    glow += scaled.filter((value) => value > 0.5).length / scaled.length;
  }
  return { ...count, goodPixelsAbove: maps.length > 0 ? round(glow / count.good) : null };
}

function brightened(image: Image, factor: number): Image {
  const data = image.data.map((value) => Math.min(255, Math.round(value * factor)));
  return { ...image, data };
}

async function timed<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  const start = processorSeconds();
  const result = await work();
  return [result, processorSeconds() - start];
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
