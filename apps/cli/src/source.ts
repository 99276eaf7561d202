import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { OnBadImage, Source } from '@fsad/runner';
import type { BadImageError } from '@fsad/images';
import {
  checkSplit,
  decodeSplits,
  drawSplit,
  findSplit,
  resolveDataPath,
  type Dataset,
  type DatasetName,
  type Split,
} from '@fsad/datasets';

export interface SourceArguments {
  readonly dataset?: string;
  readonly data?: string;
  readonly dataDir?: string;
  readonly folder?: string;
  readonly class?: string;
  readonly dataOption?: readonly string[];
}

/** What the arguments name. @throws Error when nothing or two things are named, or a class is needed. */
export function sourceOf(argv: SourceArguments): Source {
  if (argv.folder !== undefined && argv.dataset !== undefined) {
    throw new Error('--folder and --dataset exclude one another');
  }
  const options = dataOptions(argv.dataOption);
  if (argv.data !== undefined) requireNone(argv, ['dataDir'], 'with --data, which names the folder itself');
  if (argv.folder !== undefined) {
    requireNone(argv, ['data', 'dataDir'], 'with --folder, which names the pictures itself');
    return { dataset: 'folder', path: resolve(argv.folder), options, class: argv.class ?? 'normal' };
  }
  if (argv.dataset === undefined) {
    throw new Error('which pictures? Give --folder PICTURES, or --dataset NAME --data FOLDER --class CLASS');
  }
  if (argv.class === undefined) throw new Error('--class is needed: which class is normal?');
  const dataset = argv.dataset as DatasetName;
  const path = resolveDataPath(dataset, argv);
  return { dataset, path: path && resolve(path), options, class: argv.class };
}

export interface SplitArguments {
  readonly images?: string;
  readonly shots?: number;
  readonly trial?: number;
  readonly split?: 'hash' | 'consecutive';
  readonly splitFile?: string;
  readonly onBadImage?: OnBadImage;
}

/** Draws the training images the arguments ask for: from a file of splits, by index, by the rule, or for a folder without either, all of it. */
export async function splitOf(
  dataset: Dataset,
  source: Source,
  argv: SplitArguments,
  say: (text: string) => void = () => undefined,
): Promise<Split> {
  const drawn = 'the pictures are not drawn';
  if (argv.splitFile !== undefined || argv.images !== undefined) {
    if (argv.split === 'consecutive') throw withoutEffect('split', `where ${drawn}`);
  }
  if (argv.splitFile !== undefined) {
    const splits = decodeSplits(await readFile(argv.splitFile, 'utf8'), argv.splitFile);
    const split = findSplit(splits, { class: source.class, shots: argv.shots ?? 1, trial: argv.trial ?? 0 });
    await checkSplit(dataset, split);
    return split;
  }
  if (argv.images !== undefined) {
    if (argv.shots !== undefined || argv.trial !== undefined) {
      throw new Error('--images and --shots/--trial exclude one another');
    }
    const indices = argv.images.split(',').map((text) => {
      if (!/^\d+$/.test(text.trim())) throw new Error(`--images takes indices such as 0,5; got "${text}"`);
      return Number(text);
    });
    return drawSplit(dataset, { class: source.class, rule: 'indices', indices });
  }
  let leftOut = 0;
  const skip = ({ message }: BadImageError): void => say(`left out (${++leftOut}): ${message}`);
  const onBadImage = argv.onBadImage === 'skip' ? skip : undefined;
  if (source.dataset === 'folder' && argv.shots === undefined) {
    const why = `where ${drawn}: without --shots every one of the folder is learned from`;
    if (argv.trial !== undefined) throw withoutEffect('trial', why);
    if (argv.split === 'consecutive') throw withoutEffect('split', why);
    return drawSplit(dataset, { class: source.class, rule: 'folder', onBadImage });
  }
  const { shots = 1, trial = 0 } = argv;
  return drawSplit(dataset, { class: source.class, rule: argv.split ?? 'hash', shots, trial, onBadImage });
}

/** @throws Error for an option that was given and would change nothing: something else was meant. */
export function requireNone<Options>(
  given: Options,
  names: readonly (keyof Options & string)[],
  why: string,
): void {
  for (const name of names) {
    if (given[name] !== undefined && given[name] !== false) throw withoutEffect(name, why);
  }
}

function withoutEffect(name: string, why: string): Error {
  const option = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new Error(`--${option} has no effect ${why}; leave it out`);
}

/** What `--data-option key=value` says, by key. @throws Error for another form. */
export function dataOptions(texts: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new Error(`--data-option ${text}: takes the form key=value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
