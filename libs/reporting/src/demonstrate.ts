import { join, resolve } from 'node:path';
import { drawSplit, openDataset, selectTest, type TestItem } from '@fsad/datasets';
import type { DetectorEvent, MethodRuntime } from '@fsad/detector';
import { writeFolderAtomically } from '@fsad/files';
import {
  evaluate,
  fitModel,
  OWN_PICTURES,
  saveModel,
  scoreImages,
  whileTraining,
  writeSplit,
  type Scored,
  type Source,
} from '@fsad/runner';
import type { TestPicture } from './training-page-input.ts';
import { trainingPage } from './training-page.ts';

/** Titles of the pages, by what is learned. */
const titles = {
  part: 'Defects of a machined part, found after seeing one good picture',
  surface: 'Defects of a surface, found after seeing one good picture',
};

/** A generated class that shows what the default method does. */
export type Demonstrated = keyof typeof titles;

/** What there is to show, in order. */
export const DEMONSTRATED = Object.keys(titles) as Demonstrated[];

export interface DemonstrateOptions extends MethodRuntime {
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly report: (event: DetectorEvent) => void;
  readonly onScored: (done: number, total: number) => void;
}

/** What was shown, and where. */
export interface Demonstration {
  readonly auroc: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
  /** Test images. */
  readonly images: number;
  readonly shots: number;
  readonly seconds: { readonly training: number; readonly scoring: number };
  /** The page's file. */
  readonly page: string;
}

/**
 * Learns a generated class from one picture by the default method for own pictures, looks at its test pictures, and writes the model and a page about it.
 * @throws LockedError when another process trains into the folder; the signal's reason when aborted
 */
export function demonstrate(
  name: Demonstrated,
  out: string,
  options: DemonstrateOptions,
): Promise<Demonstration> {
  return whileTraining(out, options.signal, (signal) => shown(name, out, { ...options, signal }));
}

async function shown(
  name: Demonstrated,
  out: string,
  { engine: asked, threads, seed, signal, report, onScored }: DemonstrateOptions,
): Promise<Demonstration> {
  const source: Source = { dataset: 'generated', path: null, options: {}, class: name };
  const dataset = await openDataset(source.dataset);
  const split = await drawSplit(dataset, { class: name });
  const training = await Promise.all(split.train.map(({ id }) => dataset.image(id)));
  const start = performance.now();
  const fitted = await fitModel(training, {
    ...{ method: OWN_PICTURES, engine: asked, threads, seed, signal, report },
  });
  const { method, detector, engine } = fitted;
  try {
    await writeSplit(out, source, split);
    await saveModel(out, fitted);
    const fit = (performance.now() - start) / 1000;
    const { items } = selectTest(dataset, split);
    const seen: Pick<TestPicture, 'image' | 'mask'>[] = [];
    const tested = await scoreImages({
      detector,
      names: items.map(({ id }) => id),
      async image(i) {
        const { id, hasMask } = items[i];
        const image = await dataset.image(id);
        seen[i] = { image, mask: hasMask ? await dataset.mask(id) : null };
        return image;
      },
      maps: true,
      signal,
      onProgress: (done) => onScored(done, items.length),
    });
    const seconds = { training: fit, scoring: (performance.now() - start) / 1000 - fit };
    const { auroc, aurocInterval: interval } = evaluate(items, tested.scores, null);
    const computed = engine.instructionSet ? `${engine.name} (${engine.instructionSet})` : engine.name;
    const page = await trainingPage({
      title: titles[name],
      lead:
        `${method.name} learned this ${name} from a single picture and was then shown pictures it had never seen. ` +
        'Everything on this page was computed on this machine by the command you ran.',
      kicker: `${method.name} · preset ${method.defaultPreset} · engine ${computed}`,
      seconds,
      commands: [
        {
          purpose: 'Learn from the good pictures in a folder:',
          command: 'npx fsad train --folder my/good/pictures --out runs/mine',
        },
        {
          purpose: 'Then show where new pictures differ, and which are defective:',
          command: 'npx fsad localize runs/mine my/new/pictures --out runs/maps',
        },
      ],
      details: {
        dataset: `generated ${name}, drawn by the project itself`,
        'training images': split.shots,
        method: method.name,
        preset: method.defaultPreset,
        seed,
        engine: `${computed}, ${threads} threads`,
        node: process.version,
      },
      training,
      scales: [],
      curves: [],
      test: testPictures(items, seen, tested),
    });
    await writeFolderAtomically(out, new Map([['index.html', Buffer.from(page)]]));
    const { length: images } = items;
    return { auroc, interval, images, shots: split.shots, seconds, page: resolve(join(out, 'index.html')) };
  } finally {
    detector.dispose();
    await dataset.close();
  }
}

function testPictures(
  items: readonly TestItem[],
  seen: readonly Pick<TestPicture, 'image' | 'mask'>[],
  { scores, maps }: Scored,
): TestPicture[] {
  return items.map(({ id, anomalous, kind }, i) => ({
    ...{ name: id, score: scores[i].value, anomalous, kind },
    ...{ ...seen[i], map: maps?.[i] ?? null },
  }));
}
