import type { DetectorMethod } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';
import { methods } from '../src/methods.ts';
import { override } from '../src/plan/index.ts';

/** Few-shot settings cut short: enough steps to measure one, in seconds. */
const short: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  geom: { epochs: 1, minSteps: 4, maxSteps: 4 },
  goad: { epochs: 1, minSteps: 4, maxSteps: 4 },
  'deep-svdd': {
    pretraining: { grey: { epochs: 20, milestone: 10, minSteps: 0 } },
    training: { grey: { epochs: 10, milestone: 5 } },
  },
  drocc: { epochs: 4, minSteps: 0 },
  'patch-svdd': { steps: 4 },
  'differnet-random': { epochs: 20 },
  patchcore: {}, // whole: it learns in a pass, of 320 pixels a side
};
const engines = ['tensorflow', 'wasm'] as const;
const rounds = 3;
const scored = 4;

/** Processor seconds of a method's short fit to one grey image and of scoring one, by engine; medians over rounds in which engines take turns. */
export interface MethodRow {
  readonly method: string;
  readonly fit: Readonly<Record<(typeof engines)[number], number>>;
  readonly score: Readonly<Record<(typeof engines)[number], number>>;
}

/** Times every method with a general network on one thread of TensorFlow and of wasm. @throws Error where the binding is not built. */
export async function benchMethods(onRow: (row: MethodRow) => void): Promise<MethodRow[]> {
  const images = Array.from({ length: 1 + scored }, (_, i) => noise(i));
  const rows: MethodRow[] = [];
  for (const [name, changes] of Object.entries(short)) {
    const method = await methods[name]();
    const config = method.parseConfig(override(method.presets['few-shot'], changes));
    const taken = { tensorflow: [] as number[][], wasm: [] as number[][] };
    for (let round = 0; round <= rounds; round++) {
      for (const engine of engines) {
        const seconds = await fitAndScore(method, config, engine, images);
        if (round > 0) taken[engine].push(seconds); // the first round loads and compiles
      }
    }
    const medians = (part: number) => ({
      tensorflow: median(taken.tensorflow.map((each) => each[part])),
      wasm: median(taken.wasm.map((each) => each[part])),
    });
    const row = { method: name, fit: medians(0), score: medians(1) };
    onRow(row);
    rows.push(row);
  }
  return rows;
}

/** The table for reading. */
export function methodsText(rows: readonly MethodRow[]): string {
  const head = ['fit, score: processor s', 'tensorflow', 'wasm', 'ratio', 'tensorflow', 'wasm', 'ratio'];
  const lines = rows.map(({ method, fit, score }) => [
    method,
    ...[fit, score].flatMap(({ tensorflow, wasm }) => [
      tensorflow.toPrecision(2),
      wasm.toPrecision(2),
      (wasm / tensorflow).toFixed(1),
    ]),
  ]);
  return [head, ...lines]
    .map(([first, ...rest]) => first.padEnd(24) + rest.map((cell) => cell.padStart(12)).join(''))
    .join('\n');
}

async function fitAndScore(
  method: DetectorMethod<unknown>,
  config: unknown,
  engine: string,
  [train, ...test]: readonly Image[],
): Promise<[fit: number, score: number]> {
  const detector = await method.create(config, { engine, threads: 1 });
  try {
    const start = process.cpuUsage();
    await detector.fit([train], { seed: 0, report: () => {} });
    const fitted = process.cpuUsage();
    await detector.score(test);
    return [secondsBetween(start, fitted), secondsBetween(fitted, process.cpuUsage()) / test.length];
  } finally {
    detector.dispose();
  }
}

function secondsBetween(from: NodeJS.CpuUsage, to: NodeJS.CpuUsage): number {
  return (to.user + to.system - from.user - from.system) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function noise(index: number): Image {
  const stream = randomStream(0, `bench/${index}`);
  return {
    width: 64,
    height: 64,
    channels: 1,
    data: Uint8Array.from({ length: 64 * 64 }, () => stream.integer(256)),
  };
}
