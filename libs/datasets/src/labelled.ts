import type { Image } from '@fsad/images';
import type { Dataset, DatasetName, TestItem } from './dataset.ts';
import { DatasetError, requireClass } from './errors.ts';
import { isReserved } from './reserve.ts';

/** One official part of a dataset of numbered records: `labels[i]` is the class of record i, -1 where the record is absent. */
export interface LabelledPart {
  readonly labels: ArrayLike<number>;
  read(index: number): Promise<Image>;
}

/** What MNIST, FashionMNIST and CIFAR10 have in common: numbered, labelled records in a training and a test part. */
export interface LabelledRecords {
  readonly name: DatasetName;
  readonly classes: readonly string[];
  readonly colour: 'grey' | 'rgb';
  readonly fingerprint: string;
  readonly warnings: readonly string[];
  readonly train: LabelledPart;
  readonly test: LabelledPart;
  close(): Promise<void>;
}

/** A dataset whose ids are `train/00042` and `test/00042` and whose anomalies are the other classes. */
export function labelledDataset(records: LabelledRecords): Dataset {
  const { name, classes } = records;
  const verdicts = new Map<string, boolean>();
  // Remembered: every class asks about the same images.
  const reserved = (id: string): boolean => {
    let verdict = verdicts.get(id);
    if (verdict === undefined) verdicts.set(id, (verdict = isReserved(name, id)));
    return verdict;
  };
  const idsOf = (
    part: 'train' | 'test',
    keep: (label: number) => boolean,
  ): { id: string; label: number }[] => {
    const found = [];
    const { labels } = records[part];
    for (let i = 0; i < labels.length; i++) {
      if (keep(labels[i])) found.push({ id: `${part}/${String(i).padStart(5, '0')}`, label: labels[i] });
    }
    return found;
  };
  return {
    name,
    classes,
    colour: records.colour,
    options: {},
    fingerprint: records.fingerprint,
    stamp: records.fingerprint,
    warnings: records.warnings,
    taskOf(className) {
      requireClass(name, classes, className);
      return 'one-class';
    },
    fingerprintOf(className) {
      requireClass(name, classes, className);
      return records.fingerprint;
    },
    ids: () =>
      (['train', 'test'] as const).flatMap((part) => idsOf(part, (label) => label >= 0).map(({ id }) => id)),
    trainIds(className, which = 'drawable') {
      requireClass(name, classes, className);
      const wanted = classes.indexOf(className);
      const ids = idsOf('train', (label) => label === wanted).map(({ id }) => id);
      return which === 'official' ? ids : ids.filter((id) => !reserved(id));
    },
    testItems(className, subset) {
      requireClass(name, classes, className);
      const present = idsOf(subset === 'test' ? 'test' : 'train', (label) => label >= 0);
      const chosen = subset === 'test' ? present : present.filter(({ id }) => reserved(id));
      return chosen.map(({ id, label }): TestItem => {
        return { id, anomalous: classes[label] !== className, kind: classes[label], hasMask: false };
      });
    },
    async image(id) {
      const [, part, digits] = /^(train|test)\/(\d{5})$/.exec(id) ?? [];
      const index = Number(digits);
      const held = part ? records[part as 'train' | 'test'] : undefined;
      if (!held || !(held.labels[index] >= 0)) throw new DatasetError(`${name} has no image "${id}"`);
      return held.read(index);
    },
    mask: async () => null,
    close: () => records.close(),
  };
}
