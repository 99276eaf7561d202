import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { walkPictures, type PictureFile } from '@fsad/files';
import { ContentDigests } from './content-digests.ts';
import type { Dataset, TestItem } from './dataset.ts';
import { digestOfLines, stampOf } from './digest.ts';
import { DatasetError, requireClass } from './errors.ts';
import { PictureStore } from './pictures.ts';
import { requireFolder } from './tree.ts';
import { count, someOf } from './words.ts';

const LANDMARKS =
  'defense eiffel invalides louvre moulinrouge museedorsay notredame pantheon pompidou sacrecoeur triomphe'.split(
    ' ',
  );
const QUERIES = 5;
/** Pictures of the two archives that can be decoded: 6,412 without the twenty below. */
const USABLE = 6392;
/** Damaged in the official archives. */
const CORRUPT = new Set(
  [
    'louvre_000136 louvre_000146 moulinrouge_000422 museedorsay_001059 notredame_000188 pantheon_000284 pantheon_000960',
    'pantheon_000974 pompidou_000195 pompidou_000196 pompidou_000201 pompidou_000467 pompidou_000640 sacrecoeur_000299',
    'sacrecoeur_000330 sacrecoeur_000353 triomphe_000662 triomphe_000833 triomphe_000863 triomphe_000867',
  ].flatMap((line) => line.split(' ').map((name) => `paris_${name}`)),
);

/**
 * Opens the Paris Buildings dataset: pictures found anywhere below `path` by their names, lists in `paris_120310` or
 * anywhere else below it. A picture's id is its file name, so it does not depend on how the archives were unpacked.
 *
 * The twenty damaged pictures are left out, and so are `general` ones that no ok list names. There is no official
 * training part: every normal picture may be drawn, and all that are not drawn are test pictures.
 *
 * @param normal `ok`: a landmark's normal pictures are those its five ok lists name, as in the published code;
 * `landmark`: those named after it (`general` ones: those its ok lists name).
 * @throws DatasetError when there are no pictures, or no lists where they are needed.
 */
export async function openParis(path: string, normal: 'ok' | 'landmark' = 'ok'): Promise<Dataset> {
  await requireFolder(path);
  const { found, twice, lists } = findAll(path);
  if (found.size === 0)
    throw new DatasetError(`${path} holds no pictures named paris_<landmark>_<number>.jpg`);
  const ok = await readOkLists(lists);
  const listed = new Set([...ok.values()].flatMap((names) => [...names]));
  if (normal === 'ok' && listed.size < 1) {
    throw new DatasetError(
      `${path} holds no ground truth (paris_120310/louvre_1_ok.txt and so on); fetch it, or use the option normal=landmark`,
    );
  }
  const usable = [...found.keys()].filter((name) => !CORRUPT.has(name)).sort();
  const used = usable.filter((name) => landmarkOf(name) !== 'general' || listed.has(name));
  const files = new Map(used.map((name) => [`${name}.jpg`, found.get(name)!]));
  const isNormal = (landmark: string, id: string): boolean => {
    const name = id.slice(0, -4);
    if (normal === 'ok' || landmarkOf(name) === 'general') return ok.get(landmark)?.has(name) ?? false;
    return landmarkOf(name) === landmark;
  };
  const store = new PictureStore(path, files.values(), 3);
  const okLines = [...ok].map(([landmark, names]) => `${landmark}: ${[...names].sort().join(' ')}`);
  const contents = new ContentDigests(path);
  let fingerprint: string | undefined;
  const fingerprintOf = (): string => {
    if (fingerprint === undefined) {
      const digests = contents.of([...files.values()]);
      const lines = [...files.keys()].map((id, i) => `${id} ${digests[i]}`);
      fingerprint = digestOfLines([...lines, ...okLines]);
    }
    return fingerprint;
  };
  return {
    name: 'paris',
    classes: LANDMARKS,
    colour: 'rgb',
    options: { normal },
    get fingerprint() {
      return fingerprintOf();
    },
    stamp: stampOf(
      [...files].map(([id, file]) => ({ ...file, id })),
      okLines,
    ),
    warnings: warningsOf(usable, ok, twice),
    taskOf(className) {
      requireClass('paris', LANDMARKS, className);
      return 'one-class';
    },
    fingerprintOf(className) {
      requireClass('paris', LANDMARKS, className);
      return fingerprintOf();
    },
    ids: () => [...files.keys()],
    trainIds(className) {
      requireClass('paris', LANDMARKS, className);
      return [...files.keys()].filter((id) => isNormal(className, id));
    },
    testItems(className, subset) {
      requireClass('paris', LANDMARKS, className);
      if (subset === 'validation')
        throw new DatasetError('paris has no validation images; settings are chosen on other datasets');
      return [...files.keys()].map((id): TestItem => {
        return { id, anomalous: !isNormal(className, id), kind: landmarkOf(id), hasMask: false };
      });
    },
    async image(id) {
      const file = files.get(id);
      if (!file) throw new DatasetError(`paris has no image "${id}" here`);
      return store.read(file.id);
    },
    contentOf: (id) => contents.of([files.get(id)!])[0],
    mask: async () => null,
    async close() {},
  };
}

function landmarkOf(name: string): string {
  return name.split('_')[1];
}

interface Found {
  /** Picture by file name without extension. */
  readonly found: ReadonlyMap<string, PictureFile>;
  /** Names that occur more than once; the first in path order counts. */
  readonly twice: readonly string[];
  /** Paths of the ok lists. */
  readonly lists: readonly string[];
}

function findAll(root: string): Found {
  const found = new Map<string, PictureFile>();
  const twice: string[] = [];
  const walked = walkPictures(root, '', { also: (name) => /^[a-z]+_\d_ok\.txt$/.test(name) });
  for (const picture of walked.pictures) {
    const name = /^(paris_[a-z]+_\d+)\.jpe?g$/i.exec(basename(picture.id))?.[1];
    if (!name) continue;
    if (found.has(name)) twice.push(name);
    else found.set(name, picture);
  }
  return { found, twice, lists: walked.others.map(({ path }) => path) };
}

/** The names in a landmark's ok lists, each once. */
async function readOkLists(lists: readonly string[]): Promise<Map<string, Set<string>>> {
  const ok = new Map<string, Set<string>>();
  for (const landmark of LANDMARKS) {
    const names = new Set<string>();
    for (let query = 1; query <= QUERIES; query++) {
      const list = lists.find((path) => basename(path) === `${landmark}_${query}_ok.txt`);
      for (const line of list ? (await readFile(list, 'utf8')).split(/\r?\n/) : []) {
        if (line.trim() !== '') names.add(line.trim());
      }
    }
    ok.set(landmark, names);
  }
  return ok;
}

function warningsOf(
  usable: readonly string[],
  ok: ReadonlyMap<string, ReadonlySet<string>>,
  twice: readonly string[],
): string[] {
  const warnings = [];
  if (usable.length !== USABLE) {
    warnings.push(
      `${count(usable.length)} of ${count(USABLE)} pictures are present (without the 20 damaged ones)`,
    );
  }
  const present = new Set(usable);
  const unlisted = [...ok].filter(([, names]) => names.size === 0).map(([landmark]) => landmark);
  if (unlisted.length > 0) warnings.push(`ok lists are absent for ${unlisted.join(', ')}`);
  const short = [...ok]
    .map(([landmark, names]) => ({
      landmark,
      all: names.size,
      here: [...names].filter((name) => present.has(name)).length,
    }))
    .filter(({ all, here }) => here < all);
  if (short.length > 0) {
    warnings.push(
      `pictures the ok lists name: ${short.map((s) => `${s.landmark} ${s.here} of ${s.all}`).join(', ')}`,
    );
  }
  if (twice.length > 0)
    warnings.push(`pictures that are there more than once, the first counts: ${someOf(twice)}`);
  return warnings;
}
