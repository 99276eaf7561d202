/**
 * Times and memory of PatchCore on one thread: a fit of one picture, the score of one, and a bank of fifty pictures.
 *
 *   node --import tsx baselines/patchcore/bench/speed.ts [wasm|tensorflow] [preset]
 */
import { openFeatures } from '@fsad/features/open';
import type { Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';
import { presets, type PatchCoreConfig } from '../src/config.ts';
import { method } from '../src/index.ts';
import { pixelsOf } from '../src/pixels.ts';

const [engine = 'wasm', preset = 'few-shot'] = process.argv.slice(2);
const config: PatchCoreConfig = presets[preset as keyof typeof presets];
const runtime = { engine, threads: 1 };
const context = { seed: 1, report: () => {} };

/** A wavy surface; every picture another. */
function picture(i: number): Image {
  const side = 320;
  const noise = randomStream(i, 'bench/picture');
  const data = new Uint8Array(side * side * 3).map(
    (_, at) => 100 + 60 * Math.sin((at % (3 * side)) / 20 + i) * Math.cos(at / side / 40) + noise.integer(40),
  );
  return { width: side, height: side, channels: 3, data };
}

/** Processor seconds, which other programs on the machine do not lengthen. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
const detector = await method.create(config, runtime);
const network = await openFeatures(config.features, config.layers);
const passes: number[] = [];
const fits: number[] = [];
const scores: number[] = [];
for (let round = 0; round < 5; round++) {
  const pixels = pixelsOf(config, picture(round));
  for (let i = 0; i < 5; i++) passes.push(await seconds(() => network.extract(pixels)));
  fits.push(await seconds(() => detector.fit([picture(0)], context)));
  for (let i = 1; i <= 5; i++) scores.push(await seconds(() => detector.score([picture(i)])));
}
const listed = (values: readonly number[]): string =>
  `least ${Math.min(...values).toFixed(3)} s, median ${[...values].sort((a, b) => a - b)[values.length >> 1].toFixed(3)} s`;
say(`${preset}, ${engine}: the network alone ${listed(passes)}`);
say(`${preset}, ${engine}: fit of one picture ${listed(fits)}, of them the first ${fits[0].toFixed(3)} s`);
say(`${preset}, ${engine}: score of one picture ${listed(scores)}`);
const before = process.memoryUsage().rss;
let most = before;
const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
const whole = await seconds(() =>
  detector.fit(
    Array.from({ length: 50 }, (_, i) => picture(i)),
    context,
  ),
);
clearInterval(watch);
say(
  `${preset}, ${engine}: fit of 50 pictures ${whole.toFixed(1)} s; memory of the process at most ${megabytes(most)}, ${megabytes(before)} before`,
);
detector.dispose();
network.dispose();
