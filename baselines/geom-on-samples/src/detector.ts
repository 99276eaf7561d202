import { join } from 'node:path';
import {
  methodFromRecipe,
  partOfFit,
  type DetectorMethod,
  type FitContext,
  type MethodRuntime,
  type Task,
} from '@fsad/detector';
import { recipe as geom, type GeomConfig, type GeomModel } from '@fsad/geom';
import { method as htdg, type HtdgConfig } from '@fsad/htdg';
import type { Image } from '@fsad/images';
import type { Tfjs } from '@fsad/tensors/tfjs';
import { presets, schema, type GeomOnSamplesConfig } from './config.ts';
import { drawImages } from './draw.ts';

/** HTDG opens an engine of its own while it trains; GEOM runs on TensorFlow.js throughout. */
interface Backend {
  readonly runtime: MethodRuntime;
  readonly tfjs: Tfjs;
}

/** Ablation (g) of Table 1: GEOM trained on samples of the HTDG generator instead of on the k images; GEOM alone scores. */
export const method: DetectorMethod<GeomOnSamplesConfig> = methodFromRecipe<
  GeomOnSamplesConfig,
  GeomModel,
  Backend
>({
  name: 'geom-on-samples',
  numericVersion: 1,
  engine: 'patches+general',
  presets,
  schema,
  fewestSteps: (config) => ({
    htdg: htdg.shorten!(config.htdg, 'rgb').settings(1),
    geom: geom.fewestSteps!(config.geom),
    samples: 1,
  }),
  open: async (runtime) => ({ runtime, tfjs: await geom.open(runtime) }),

  async fit(task, images, context) {
    const { config, backend, channels } = task;
    const own = within(context, 'htdg', 0, 0.5);
    const samples = await sampled(config, backend.runtime, images, channels, own);
    return geom.fit(geomTask(task), samples, within(context, 'geom', 0.5, 1));
  },
  score: (task, model, images, signal) => geom.score(geomTask(task), model, images, signal),
  pack: (model) => geom.pack(model),
  unpack: (task, saved) => geom.unpack(geomTask(task), { ...saved, config: saved.config.geom }),
  release: (model) => geom.release?.(model),
});

async function sampled(
  { htdg: config, samples }: { htdg: HtdgConfig; samples: number },
  runtime: MethodRuntime,
  images: readonly Image[],
  channels: 1 | 3,
  context: FitContext,
): Promise<Image[]> {
  const detector = await htdg.create(config, runtime);
  try {
    await detector.fit(images, { ...context, report: partOfFit(context.report, 0, 0.9) });
    const report = partOfFit(context.report, 0.9, 1);
    return await drawImages(detector, samples, channels, { ...context, report });
  } finally {
    detector.dispose();
  }
}

function geomTask({ config, backend, channels }: Task<GeomOnSamplesConfig, Backend>): Task<GeomConfig, Tfjs> {
  return { config: config.geom, backend: backend.tfjs, channels };
}

/** The part `from` to `to` of a fit, with a checkpoint folder of its own. */
function within(context: FitContext, name: string, from: number, to: number): FitContext {
  const checkpoints = context.checkpoints && join(context.checkpoints, name);
  return { ...context, checkpoints, report: partOfFit(context.report, from, to) };
}
