import { DATASET_NAMES, type DatasetName } from '@fsad/datasets';
import {
  defaultRegistry,
  type Budget,
  type Experiment,
  type PlanRequest,
  type RunOptions,
} from '@fsad/runner';
import { commandLine } from './command-line.ts';
import { machineOptions } from './machine.ts';

/** What the command line of `fsad run` says. */
export interface RunArguments {
  readonly budget: Budget;
  readonly where?: readonly string[];
  readonly set?: readonly string[];
  readonly trials?: number;
  readonly seed: number;
  readonly split: 'hash' | 'consecutive';
  readonly subset: 'test' | 'validation';
  readonly testSubset?: string;
  readonly engine: string;
  readonly data?: readonly string[];
  readonly store: string;
  readonly workers?: number;
  readonly threads?: number;
  readonly memory?: number;
  readonly replace: boolean;
  readonly retryFailed: boolean;
  readonly share?: string;
}

/** The command line as the runner takes it. @throws Error naming the option that is wrong. */
export function runOptions(
  argv: RunArguments,
  experiment: Experiment,
  surroundings: Pick<RunOptions, 'onEvent' | 'stop' | 'kill'>,
): RunOptions {
  return {
    request: planRequest(argv, experiment),
    registry: defaultRegistry,
    store: argv.store,
    ...machineOptions(argv),
    replace: argv.replace,
    retryFailed: argv.retryFailed,
    share: argv.share === undefined ? undefined : shareOf(argv.share),
    command: commandLine(),
    ...surroundings,
  };
}

function planRequest(argv: RunArguments, experiment: Experiment): PlanRequest {
  return {
    experiment,
    budget: argv.budget,
    where: argv.where ?? [],
    set: argv.set ?? [],
    trials: argv.trials,
    seed: argv.seed,
    splitRule: argv.split,
    subset: argv.subset,
    testSubset: testSubsetOf(argv.testSubset),
    engine: argv.engine,
    data: dataFolders(argv.data ?? []),
  };
}

/** `PATH`, the folder of the only dataset, or `mnist=PATH`. */
export function dataFolders(texts: readonly string[]): ReadonlyMap<DatasetName | '', string> {
  const folders = new Map<DatasetName | '', string>();
  for (const text of texts) {
    const named = DATASET_NAMES.find((name) => text.startsWith(`${name}=`));
    const name = named ?? '';
    if (folders.has(name)) throw new Error(`--data was given twice for ${named ?? 'the only dataset'}`);
    folders.set(name, named ? text.slice(named.length + 1) : text);
  }
  return folders;
}

function testSubsetOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return null;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--test-subset takes a number of images, or all, got ${text}`);
}

/** `2/8`: the second of eight shares. */
function shareOf(text: string): { part: number; of: number } {
  const [, part, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (!(part >= 1 && part <= of)) throw new Error(`--share takes i/n with i from 1 to n, got ${text}`);
  return { part: part - 1, of };
}
