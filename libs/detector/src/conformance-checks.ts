import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Image } from '@fsad/images';
import type { Detector, DetectorEvent, DetectorMethod, FitContext, MethodRuntime } from './detector.ts';
import type { SampleImages } from './sample-images.ts';

export interface ConformanceOptions<Config> {
  /** A configuration whose fit takes about a second and at least three steps. */
  readonly config: Config;
  readonly images: SampleImages;
  /** A configuration that learns enough to tell the sample images apart, where `config` does not. */
  readonly learningConfig?: Config;
  /** Default: engine `auto`, one thread. */
  readonly runtime?: MethodRuntime;
  /** Tensors alive now (`() => tf.memory().numTensors`); checked after disposal where given. */
  readonly liveTensors?: () => number;
  /** Largest relative change of a score by other images in the same call (default 1e-5: kernels may sum in another order). */
  readonly companionTolerance?: number;
}

export interface ConformanceCheck {
  readonly fact: string;
  check(): Promise<void>;
}

/** The checks of the conformance suite one by one; each fits its own detectors, disposes of them and throws AssertionError. */
export function conformanceChecks<Config>(
  method: DetectorMethod<Config>,
  options: ConformanceOptions<Config>,
): ConformanceCheck[] {
  const bench = new Bench(method, options);
  return [
    ...fitting(bench, options),
    ...shortening(bench, options),
    ...stopping(bench),
    ...keeping(bench),
    ...refusing(bench),
  ];
}

class Bench<Config> {
  readonly method: DetectorMethod<Config>;
  readonly config: Config;
  readonly images: SampleImages;
  readonly runtime: MethodRuntime;
  readonly liveTensors: () => number;
  readonly companionTolerance: number;
  private uninterrupted: Promise<number[]> | undefined;

  constructor(method: DetectorMethod<Config>, options: ConformanceOptions<Config>) {
    this.method = method;
    this.config = options.config;
    this.images = options.images;
    this.runtime = options.runtime ?? { engine: 'auto', threads: 1 };
    this.liveTensors = options.liveTensors ?? (() => 0);
    this.companionTolerance = options.companionTolerance ?? 1e-5;
  }

  /** Hands a fresh detector to `use` and disposes of it whatever happens. */
  async fresh<T>(use: (detector: Detector) => Promise<T>): Promise<T> {
    const detector = await this.method.create(this.config, this.runtime);
    try {
      return await use(detector);
    } finally {
      detector.dispose();
    }
  }

  fitted<T>(use: (detector: Detector) => Promise<T>, context: Partial<FitContext> = {}): Promise<T> {
    return this.fresh(async (detector) => {
      await detector.fit(this.images.train, { seed: 1, report: () => {}, ...context });
      return use(detector);
    });
  }

  /** Scores after a plain fit; fitted once for all checks. */
  plainScores(): Promise<number[]> {
    return (this.uninterrupted ??= this.fitted((detector) => this.values(detector)));
  }

  async values(detector: Detector): Promise<number[]> {
    const scores = await detector.score([this.images.normal, this.images.anomalous, ...this.images.train]);
    return scores.map(({ value }) => value);
  }

  async inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'fsad-conformance-'));
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function fitting<Config>(bench: Bench<Config>, options: ConformanceOptions<Config>): ConformanceCheck[] {
  const { method, images } = bench;
  return [
    {
      fact: 'every preset is a complete configuration that survives JSON',
      async check() {
        for (const name of ['official', 'smoke', method.defaultPreset])
          assert.ok(Object.hasOwn(method.presets, name), `no preset ${name}`);
        for (const [name, preset] of Object.entries(method.presets)) {
          assert.deepEqual(method.parseConfig(JSON.parse(JSON.stringify(preset))), preset, name);
        }
      },
    },
    {
      fact: 'learns from one image and gives finite scores',
      check: () =>
        bench.fresh(async (detector) => {
          await detector.fit(images.train.slice(0, 1), { seed: 1, report: () => {} });
          for (const value of await bench.values(detector))
            assert.ok(Number.isFinite(value), `score ${value}`);
        }),
    },
    {
      fact: 'scores a normal image below a clearly different one',
      async check() {
        const score = (detector: Detector): Promise<number[]> => bench.values(detector);
        const longer = options.learningConfig;
        const [normal, anomalous] = longer
          ? await new Bench(method, { ...options, config: longer }).fitted(score)
          : await bench.plainScores();
        assert.ok(normal < anomalous, `normal ${normal}, anomalous ${anomalous}`);
      },
    },
    {
      fact: "an image's score does not depend on the images scored with it",
      check: () =>
        bench.fitted(async (detector) => {
          assert.deepEqual(await detector.score([]), []);
          const together = await bench.values(detector);
          const alone = [];
          for (const image of [images.normal, images.anomalous, ...images.train]) {
            alone.push((await detector.score([image]))[0].value);
          }
          for (const [i, value] of together.entries()) {
            const scale = Math.max(...together.map(Math.abs), Number.MIN_VALUE);
            const change = Math.abs(value - alone[i]) / scale;
            assert.ok(change <= bench.companionTolerance, `image ${i}: ${value} together, ${alone[i]} alone`);
          }
        }),
    },
    {
      fact: 'the same seed gives the same bits, after another fit of the same series too',
      async check() {
        const first = await bench.plainScores();
        const series = {};
        const others = [images.normal, images.train[0]];
        await bench.fresh((detector) => detector.fit(others, { seed: 2, report: () => {}, series }));
        assert.deepEqual(await bench.fitted((detector) => bench.values(detector), { series }), first);
      },
    },
    {
      fact: 'maps, where the method gives them, are finite and whole, and those of an inspection, whose scores are the score’s',
      check: () =>
        bench.fitted(async (detector) => {
          assert.equal(detector.inspect !== undefined, detector.localize !== undefined);
          if (!detector.localize || !detector.inspect) return;
          const both = [images.normal, images.anomalous];
          const maps = await detector.localize(both);
          const inspection = await detector.inspect(both);
          assert.deepEqual(inspection, { scores: await detector.score(both), maps });
          assert.equal(maps.length, 2);
          for (const { width, height, data } of maps) {
            assert.equal(data.length, width * height);
            assert.ok(data.every(Number.isFinite), 'a map holds a value that is not finite');
          }
        }),
    },
    {
      fact: 'says the colour it learned from, draws pictures of it where it draws any, and reviews its training where it can',
      check: () =>
        bench.fitted(async (detector) => {
          const [{ channels }] = images.train;
          assert.equal(detector.channels, channels);
          const drawn = (await detector.generate?.([3, 4])) ?? [];
          if (detector.generate) assert.equal(drawn.length, 2 * images.train.length);
          for (const { scales } of drawn)
            assert.ok(scales.length > 0 && scales.every((scale) => scale.channels === channels));
          for (const { steps, values } of (await detector.review?.(images.train))?.curves ?? [])
            assert.equal(steps.length, values.length);
        }),
    },
    {
      fact: 'disposal leaves no tensors behind',
      async check() {
        await bench.plainScores();
        const before = bench.liveTensors();
        await bench.fitted((detector) => bench.values(detector));
        assert.equal(bench.liveTensors(), before);
      },
    },
  ];
}

/** What a method that knows a fit of the fewest steps must do. */
function shortening<Config>(bench: Bench<Config>, options: ConformanceOptions<Config>): ConformanceCheck[] {
  const { method } = bench;
  const config = method.fewestSteps?.(bench.config);
  if (!config) return [];
  return [
    {
      fact: 'its fit of the fewest steps is another configuration, and scores',
      async check() {
        assert.deepEqual(method.parseConfig(JSON.parse(JSON.stringify(config))), config);
        assert.notDeepEqual(config, bench.config);
        await new Bench(method, { ...options, config }).fitted((detector) => bench.values(detector));
      },
    },
  ];
}

function stopping<Config>(bench: Bench<Config>): ConformanceCheck[] {
  const { images } = bench;
  return [
    {
      fact: 'reports progress that reaches its total',
      async check() {
        const last = new Map<string, [done: number, total: number]>();
        const report = (event: DetectorEvent): void => {
          if (event.type === 'progress') last.set(event.stage, [event.done, event.total]);
        };
        await bench.fitted(async () => {}, { report });
        assert.ok(last.size > 0, 'no progress was reported');
        for (const [stage, [done, total]] of last) assert.equal(done, total, stage);
      },
    },
    {
      fact: 'an abort ends the fit with its reason within a step',
      async check() {
        const { controller, reason, eventsAfter, report } = abortAfter(1);
        await assert.rejects(
          bench.fitted(async () => {}, { report, signal: controller.signal }),
          reason,
        );
        assert.ok(eventsAfter() <= 1, `${eventsAfter()} steps were done after the abort`);
      },
    },
    {
      fact: 'scoring stops with the reason of an aborted signal',
      check: () =>
        bench.fitted(async (detector) => {
          const reason = new Error('enough');
          await assert.rejects(detector.score([images.normal], AbortSignal.abort(reason)), reason);
        }),
    },
    {
      fact: 'a fit stopped half-way and started again gives the bits of an uninterrupted one',
      check: () =>
        bench.inFolder(async (folder) => {
          const whole = await bench.plainScores();
          const checkpoints = join(folder, 'checkpoints');
          const { controller, reason, report } = abortAfter(2);
          await assert.rejects(
            bench.fitted(async () => {}, { report, signal: controller.signal, checkpoints }),
            reason,
          );
          const resumed = await bench.fitted((detector) => bench.values(detector), { checkpoints });
          assert.deepEqual(resumed, whole);
        }),
    },
    {
      fact: 'a checkpoint of another seed is not continued',
      check: () =>
        bench.inFolder(async (folder) => {
          const whole = await bench.plainScores();
          const checkpoints = join(folder, 'checkpoints');
          await bench.fitted(async () => {}, { seed: 2, checkpoints });
          assert.deepEqual(await bench.fitted((detector) => bench.values(detector), { checkpoints }), whole);
        }),
    },
  ];
}

function keeping<Config>(bench: Bench<Config>): ConformanceCheck[] {
  const { method, images, runtime } = bench;
  const damaged = (damage: (path: string) => Promise<void>): Promise<void> =>
    bench.inFolder(async (folder) => {
      const model = join(folder, 'model');
      await bench.fitted((detector) => detector.save(model));
      for (const name of await readdir(model)) {
        const copy = join(folder, 'copy');
        await cp(model, copy, { recursive: true });
        await damage(join(copy, name));
        await refusesWith(copy, name);
        await rm(copy, { recursive: true });
      }
    });
  const refusesWith = async (model: string, name: string): Promise<void> => {
    await assert.rejects(
      async () => (await method.load(model, runtime)).dispose(),
      (error: Error) =>
        error.message.includes(name) || assert.fail(`the message does not name ${name}: ${error}`),
    );
  };
  return [
    {
      fact: 'a saved detector scores as before when loaded',
      check: () =>
        bench.inFolder((folder) =>
          bench.fitted(async (detector) => {
            const model = join(folder, 'model');
            const before = await bench.values(detector);
            await detector.save(model);
            await detector.save(model);
            assert.deepEqual(await readdir(folder), ['model'], 'temporary files were left');
            const loaded = await method.load(model, runtime);
            try {
              assert.deepEqual(await bench.values(loaded), before);
            } finally {
              loaded.dispose();
            }
          }),
        ),
    },
    {
      fact: 'loading names a file that is missing',
      check: () => damaged((path) => rm(path, { recursive: true })),
    },
    {
      fact: 'loading names a file that is truncated',
      check: () => damaged(async (path) => truncate(path, Math.floor((await stat(path)).size / 2))),
    },
    {
      fact: 'a model whose configuration was edited is refused',
      check: () =>
        bench.inFolder((folder) =>
          bench.fitted(async (detector) => {
            const model = join(folder, 'model');
            await detector.save(model);
            const path = join(model, 'config.json');
            await writeFile(path, withOtherNumber(await readFile(path, 'utf8')));
            await assert.rejects(async () => (await method.load(model, runtime)).dispose(), /config\.json/);
          }),
        ),
    },
    {
      fact: 'saving before fitting is refused',
      check: () =>
        bench.inFolder((folder) =>
          bench.fresh((detector) => assert.rejects(detector.save(join(folder, 'model')), /fit/)),
        ),
    },
    {
      fact: 'scoring before fitting is refused',
      check: () => bench.fresh((detector) => assert.rejects(detector.score([images.normal]), /fit/)),
    },
  ];
}

/** A model's `config.json` with the first number of its configuration changed. */
function withOtherNumber(text: string): string {
  const start = text.indexOf('"config"');
  assert.ok(start >= 0, 'config.json has no configuration');
  return (
    text.slice(0, start) +
    text.slice(start).replace(/(: *)(\d+)/, (_, colon, number) => `${colon}${Number(number) + 1}`)
  );
}

function refusing<Config>(bench: Bench<Config>): ConformanceCheck[] {
  const { method, images } = bench;
  const context: FitContext = { seed: 1, report: () => {} };
  return [
    {
      fact: 'a fit without images is refused',
      check: () => bench.fresh((detector) => assert.rejects(detector.fit([], context), /image/)),
    },
    {
      fact: 'a fit on grey and RGB images together is refused, naming the odd one',
      check: () =>
        bench.fresh((detector) =>
          assert.rejects(detector.fit([images.train[0], otherColour(images.train[0])], context), /image 1\b/),
        ),
    },
    {
      fact: 'an image of the other colour is refused when scoring, by its position',
      check: () =>
        bench.fitted((detector) =>
          assert.rejects(detector.score([images.normal, otherColour(images.normal)]), /image 1\b/),
        ),
    },
    {
      fact: 'an unknown configuration key is refused by name',
      async check() {
        const config = { ...(bench.config as object), notAKey: 1 };
        assert.throws(() => method.parseConfig(config), /notAKey/);
      },
    },
    {
      fact: 'an ill-typed or missing configuration key is refused by name',
      async check() {
        for (const key of Object.keys(bench.config as object)) {
          const named = (error: Error): boolean => error.message.includes(key);
          assert.throws(() => method.parseConfig({ ...(bench.config as object), [key]: () => 0 }), named);
          const without = { ...(bench.config as Record<string, unknown>) };
          delete without[key];
          assert.throws(() => method.parseConfig(without), named, `${key} has a hidden default`);
        }
      },
    },
  ];
}

/** Aborts after `steps` finished steps, and counts the steps reported after that. */
function abortAfter(steps: number): {
  controller: AbortController;
  reason: Error;
  report: (event: DetectorEvent) => void;
  eventsAfter: () => number;
} {
  const controller = new AbortController();
  const reason = new Error('stopped by the conformance suite');
  let after = 0;
  const report = (event: DetectorEvent): void => {
    if (event.type !== 'progress' || event.done === 0) return;
    if (controller.signal.aborted) after++;
    else if (event.done >= steps) controller.abort(reason);
  };
  return { controller, reason, report, eventsAfter: () => after };
}

function otherColour(image: Image): Image {
  const channels = image.channels === 1 ? 3 : 1;
  const data = new Uint8Array(image.width * image.height * channels).fill(100);
  return { ...image, channels, data };
}
