import type { Dataset, Split, TestItem } from './dataset.ts';
import { sha256 } from './digest.ts';
import { DatasetError } from './errors.ts';
import { count } from './words.ts';

/** Which test images to score. */
export interface TestRequest {
  /** `validation`: the reserved training images, for choosing settings. Default `test`. */
  readonly subset?: 'test' | 'validation';
  /** The first `limit` in file order. */
  readonly limit?: number;
  /** `testSubset` images in the proportions of the kinds, chosen by hash; excludes `limit`. */
  readonly testSubset?: number;
  /** Which stratified subset, default 0. */
  readonly seed?: number;
}

/** The images a trial is scored on. */
export interface TestSelection {
  /** SHA-256 over how and what was chosen. */
  readonly id: string;
  /** In words, for reports: `all 10,000 test images`, `200 of 10,000 test images, stratified, seed 0`. */
  readonly description: string;
  readonly items: readonly TestItem[];
}

/**
 * The test images of a split: those of its class without the ones trained on, all or the subset asked for, in file order.
 * @throws DatasetError when nothing is left, or a number is not a positive whole one.
 */
export function selectTest(
  dataset: Dataset,
  split: Pick<Split, 'class' | 'train'>,
  request: TestRequest = {},
): TestSelection {
  const { subset = 'test', limit, testSubset, seed = 0 } = request;
  for (const [name, value] of Object.entries({ limit, testSubset })) {
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      throw new DatasetError(`${name} must be a whole number from 1, got ${value}`);
    }
  }
  if (limit !== undefined && testSubset !== undefined) {
    throw new DatasetError('a limit and a test subset exclude one another; give one of them');
  }
  const trained = new Set(split.train.map(({ id }) => id));
  const all = dataset.testItems(split.class, subset).filter(({ id }) => !trained.has(id));
  const items =
    testSubset !== undefined ? stratified(all, testSubset, `${seed}\n${dataset.name}`) : all.slice(0, limit);
  if (items.length === 0) {
    const only = dataset.testItems(split.class, subset).length > 0 ? ' but those that were trained on' : '';
    throw new DatasetError(`class ${split.class} of ${dataset.name} has no ${subset} images here${only}`);
  }
  const how =
    items.length === all.length ? '' : limit !== undefined ? ', the first' : `, stratified, seed ${seed}`;
  return {
    id: sha256(JSON.stringify([subset, items.map(({ id, anomalous }) => [id, anomalous])])),
    description:
      how === ''
        ? `all ${count(all.length)} ${subset} images`
        : `${count(items.length)} of ${count(all.length)} ${subset} images${how}`,
    items,
  };
}

/**
 * Ids of test images that are copies of training images under other names, by the contents of their files; none for datasets without files of their own.
 */
export function trainedAmongTest(
  dataset: Dataset,
  split: Pick<Split, 'train'>,
  items: readonly TestItem[],
): string[] {
  if (!dataset.contentOf) return [];
  const contentOf = dataset.contentOf.bind(dataset);
  const here = new Set(dataset.ids());
  const trained = new Set(split.train.flatMap(({ id }) => (here.has(id) ? [contentOf(id)] : [])));
  return items.filter(({ id }) => trained.has(contentOf(id))).map(({ id }) => id);
}

/** `wanted` items, shared among kinds and labels by largest remainder with at least one of each label, ranked by hash within each. */
function stratified(items: readonly TestItem[], wanted: number, seed: string): readonly TestItem[] {
  if (wanted >= items.length) return items;
  const stratum = (item: TestItem): string => `${item.kind} ${item.anomalous}`;
  const shares = [...new Set(items.map(stratum))].map((name) => {
    const members = items.filter((item) => stratum(item) === name);
    const exact = (wanted * members.length) / items.length;
    return { name, members, take: Math.floor(exact), rest: exact % 1 };
  });
  const byRest = [...shares].sort((a, b) => b.rest - a.rest || (a.name < b.name ? -1 : 1));
  let left = wanted - shares.reduce((sum, { take }) => sum + take, 0);
  for (const share of byRest)
    if (left > 0) {
      share.take++;
      left--;
    }
  balance(shares);
  const chosen = new Set<string>();
  for (const { members, take } of shares) {
    const ranked = members
      .map(({ id }) => ({ id, key: sha256(`fsad-test-subset-v1\n${seed}\n${id}`) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { id } of ranked.slice(0, take)) chosen.add(id);
  }
  return items.filter(({ id }) => chosen.has(id));
}

/** Moves one image over when all would be normal or all anomalous, since nothing can be measured on one label. */
function balance(shares: { members: readonly TestItem[]; take: number }[]): void {
  for (const label of [false, true]) {
    const of = shares.filter(({ members }) => members[0].anomalous === label);
    if (of.length === 0 || of.some(({ take }) => take > 0)) continue;
    const richest = shares.reduce((a, b) => (b.take > a.take ? b : a));
    if (richest.take < 2) return;
    richest.take--;
    of[0].take++;
  }
}
