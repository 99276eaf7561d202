import type { Dataset, DatasetName, Split } from './dataset.ts';
import { pixelDigest } from './digest.ts';
import { DatasetError } from './errors.ts';
import { DATASET_NAMES } from './open.ts';
import { splitId } from './split.ts';
import { someOf } from './words.ts';

const FORMAT = 'fsad-splits-v1';

/** Splits as the text of a JSON file, one line a split. */
export function encodeSplits(splits: readonly Split[]): string {
  const lines = splits.map((split) => `    ${JSON.stringify(split)}`);
  return `{\n  "format": "${FORMAT}",\n  "splits": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/**
 * Reads what `encodeSplits` wrote.
 * @param file how an error names the text.
 * @throws DatasetError for text that is something else, and for a split whose id does not fit its content.
 */
export function decodeSplits(text: string, file: string): Split[] {
  let content: { format?: unknown; splits?: unknown };
  try {
    content = JSON.parse(text) as typeof content;
  } catch (cause) {
    throw new DatasetError(`${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (content?.format !== FORMAT || !Array.isArray(content.splits) || content.splits.length === 0) {
    throw new DatasetError(`${file} is not a file of splits (format ${FORMAT})`);
  }
  return content.splits.map((split: unknown, i) => {
    if (!isSplit(split))
      throw new DatasetError(`${file}: split ${i} lacks a field or has one of a wrong type`);
    if (splitId(split) !== split.id)
      throw new DatasetError(`${file}: split ${i} was changed: its id does not fit what it says`);
    return split;
  });
}

function isSplit(value: unknown): value is Split {
  const split = value as Partial<Split> | null;
  const texts = (record: unknown): boolean =>
    typeof record === 'object' &&
    record !== null &&
    Object.values(record).every((text) => typeof text === 'string');
  return (
    typeof split === 'object' &&
    split !== null &&
    (DATASET_NAMES as string[]).includes(split.dataset as DatasetName) &&
    [split.id, split.class, split.rule].every((text) => typeof text === 'string') &&
    [split.shots, split.trial].every(Number.isInteger) &&
    texts(split.options) &&
    Array.isArray(split.train) &&
    split.train.length === split.shots &&
    split.train.every(
      (image) => texts(image) && typeof image.id === 'string' && typeof image.sha256 === 'string',
    )
  );
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
