import { join } from 'node:path';
import {
  checkSplit,
  DATASET_NAMES,
  pixelDigest,
  type Dataset,
  type DatasetName,
  type Split,
} from '@fsad/datasets';
import { readJson, writeFolderAtomically } from '@fsad/files';
import { z } from 'zod';

/** Which pictures a model is about: enough to open them again, from wherever. */
export interface Source {
  readonly dataset: DatasetName;
  readonly path: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly class: string;
}

/** The file that names a model's training images. */
export const SPLIT = 'split.json';

/** Keeps beside a model what it was trained on. */
export async function writeSplit(directory: string, source: Source, split: Split): Promise<void> {
  const content = Buffer.from(`${JSON.stringify({ source, split }, null, 2)}\n`);
  await writeFolderAtomically(directory, new Map([[SPLIT, content]]));
}

const schema = z.object({
  source: z.object({
    dataset: z.enum(DATASET_NAMES),
    path: z.string().nullable(),
    options: z.record(z.string(), z.string()),
    class: z.string(),
  }),
  split: z.custom<Split>((split) => Array.isArray((split as Partial<Split> | null)?.train), 'is no split'),
});

/** What a model was trained on. @throws Error naming the file when it is missing or broken. */
export function readSplit(directory: string): Promise<{ source: Source; split: Split }> {
  return readJson(join(directory, SPLIT), schema, { advice: 'name a folder that "fsad train" wrote' });
}

/** @throws Error when the pictures a model names as its training images are not those it learned from. */
export async function requireLearned(dataset: Dataset, split: Split, model: string): Promise<void> {
  try {
    await checkSplit(dataset, split);
  } catch (error) {
    throw new Error(
      `the training pictures of ${model} are not what it learned from: ${(error as Error).message}; name the pictures to score with --folder, or --dataset and --data`,
      { cause: error },
    );
  }
}

/** Training images that lie in a dataset. In a folder the pixels decide, since pictures of another folder may have the same names. */
export async function trainedOn(dataset: Dataset, split: Split): Promise<Split['train']> {
  if (dataset.name !== split.dataset) return [];
  if (dataset.name !== 'folder') return split.train;
  const here = new Set(dataset.ids());
  const found = [];
  for (const image of split.train) {
    if (here.has(image.id) && pixelDigest(await dataset.image(image.id)) === image.sha256) found.push(image);
  }
  return found;
}
