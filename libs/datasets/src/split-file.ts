import { InvalidFileError, parseJson } from '@fsad/files';
import { z } from 'zod';
import { pixelDigest } from './digest.ts';
import { DatasetError } from './errors.ts';
import { DATASET_NAMES, type Dataset, type Split } from './dataset.ts';
import { splitId } from './split.ts';
import { someOf } from './words.ts';

const FORMAT = 'fsad-splits-v1';

/** Splits as the text of a JSON file, one line a split. */
export function encodeSplits(splits: readonly Split[]): string {
  const lines = splits.map((split) => `    ${JSON.stringify(split)}`);
  return `{\n  "format": "${FORMAT}",\n  "splits": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

const splitSchema = z.object({
  id: z.string(),
  dataset: z.enum(DATASET_NAMES),
  options: z.record(z.string(), z.string()),
  class: z.string(),
  shots: z.int().positive(),
  trial: z.int().nonnegative(),
  rule: z.enum(['hash', 'consecutive', 'indices', 'folder']),
  train: z.array(z.object({ id: z.string(), sha256: z.string() })),
});

const fileSchema = z.object({ format: z.literal(FORMAT), splits: z.array(splitSchema).min(1) });

/**
 * Reads what `encodeSplits` wrote; a byte order mark that an editor put before it is passed over.
 * @param file how an error names the text.
 * @throws DatasetError for text that is something else, and for a split whose id does not fit its content.
 */
export function decodeSplits(text: string, file: string): Split[] {
  let splits: Split[];
  try {
    ({ splits } = parseJson(text, file, fileSchema, { advice: 'have "fsad datasets split" write it again' }));
  } catch (cause) {
    if (!(cause instanceof InvalidFileError)) throw cause;
    throw new DatasetError(`not a file of splits (format ${FORMAT}): ${cause.message}`, { cause });
  }
  for (const [i, split] of splits.entries()) {
    if (split.train.length !== split.shots)
      throw new DatasetError(`${file}: split ${i} has ${split.train.length} images for ${split.shots} shots`);
    if (splitId(split) !== split.id)
      throw new DatasetError(`${file}: split ${i} was changed: its id does not fit what it says`);
  }
  return splits;
}

/** The split of a class, number of shots and trial among several. @throws DatasetError naming those there are. */
export function findSplit(
  splits: readonly Split[],
  wanted: { class: string; shots: number; trial: number },
): Split {
  const found = splits.find(
    (s) => s.class === wanted.class && s.shots === wanted.shots && s.trial === wanted.trial,
  );
  if (found) return found;
  const there = splits.map((s) => `class ${s.class} with ${s.shots} shots, trial ${s.trial}`);
  throw new DatasetError(
    `there is no split for class ${wanted.class} with ${wanted.shots} shots, trial ${wanted.trial}; there are ${someOf(there)}`,
  );
}

/**
 * Makes sure that the dataset here gives a split its very pixels.
 * @throws DatasetError when it is another dataset, option or class, or an image is absent or differs.
 */
export async function checkSplit(dataset: Dataset, split: Split): Promise<void> {
  const options = (of: Readonly<Record<string, string>>): string => {
    const pairs = Object.entries(of).map(([key, value]) => `${key}=${value}`);
    return pairs.length === 0 ? 'no options' : pairs.sort().join(' ');
  };
  const [here, there] = [dataset, split].map((of) => options(of.options));
  if (split.dataset !== dataset.name || here !== there) {
    throw new DatasetError(
      `the split is of ${split.dataset} with ${there}; opened is ${dataset.name} with ${here}`,
    );
  }
  const present = new Set(dataset.trainIds(split.class, 'official'));
  const absent = split.train.filter(({ id }) => !present.has(id)).map(({ id }) => id);
  if (absent.length > 0)
    throw new DatasetError(
      `this copy of ${dataset.name} lacks training images of the split: ${someOf(absent)}`,
    );
  const changed = [];
  for (const { id, sha256 } of split.train)
    if (pixelDigest(await dataset.image(id)) !== sha256) changed.push(id);
  if (changed.length > 0) {
    throw new DatasetError(
      `pixels differ from those of the split (another copy of the data, or another picture decoder): ${someOf(changed)}`,
    );
  }
}
