import {
  dataFolders,
  shareOf,
  type Budget,
  type LoadedExperiment,
  type PlanRequest,
  type RunOptions,
} from '@fsad/runner';
import { commandLine } from './command-line.ts';
import { machineOptions } from './machine.ts';

/** What the command line of `fsad run` says. */
export interface RunArguments {
  readonly budget: Budget;
  readonly where?: readonly string[];
  readonly set?: PlanRequest['set'];
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
  { experiment, registry }: LoadedExperiment,
  surroundings: Pick<RunOptions, 'onEvent' | 'stop' | 'kill'>,
): RunOptions {
  return {
    request: planRequest(argv, experiment),
    registry,
    store: argv.store,
    ...machineOptions(argv),
    replace: argv.replace,
    retryFailed: argv.retryFailed,
    share: argv.share === undefined ? undefined : shareOf(argv.share),
    command: commandLine(),
    ...surroundings,
  };
}

function planRequest(argv: RunArguments, experiment: PlanRequest['experiment']): PlanRequest {
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

function testSubsetOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return null;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--test-subset takes a number of images, or all, got ${text}`);
}
