import type { Dataset, DatasetName, Split, TestSelection } from '@fsad/datasets';
import { ConfigurationError, type DetectorMethod, type EngineKind } from '@fsad/detector';
import { didYouMean } from '@fsad/files';

export type SplitRule = 'hash' | 'consecutive';

/** What a dataset is opened with, e.g. `resolution`. */
export type DatasetOptions = Readonly<Record<string, string>>;

/** Which test images are scored. */
export interface TestChoice {
  readonly subset: 'test' | 'validation';
  /** A stratified subset of so many; null for every one. */
  readonly testCount: number | null;
  /** The first so many, instead of a stratified subset. */
  readonly limit?: number;
}

/**
 * What the runner knows to run: methods by name, datasets, engines. Runner and child processes open the same registry by the address of the
 * module that exports it as `registry`, so a test can bring its own.
 */
export interface Registry {
  /** Imported when first used. */
  readonly methods: Readonly<Record<string, () => Promise<DetectorMethod<unknown>>>>;
  /** @throws Error saying what is missing where. */
  openDataset(name: DatasetName, path: string | null, options?: DatasetOptions): Promise<Dataset>;
  drawSplit(
    dataset: Dataset,
    request: {
      readonly class: string;
      readonly shots: number;
      readonly trial: number;
      readonly rule: SplitRule;
    },
  ): Promise<Split>;
  /** The images to score. */
  chooseTest(dataset: Dataset, split: Split, choice: TestChoice): TestSelection;
  /** The engine that methods of a kind compute with: what `auto` or a name comes down to. @throws Error when it does not work here. */
  resolveEngine(kind: EngineKind, requested: string): Promise<ResolvedEngine>;
  /** Name and version of what decodes pictures. */
  readonly decoder: string;
}

export interface ResolvedEngine {
  /** Part of the trial key. */
  readonly name: string;
  /** What a method is to be handed to compute with exactly this. */
  readonly runtime: string;
  /** What decides the last bits, where known. */
  readonly instructionSet: string | null;
  /** Cores one trial uses well; `all` for an engine that has the machine to itself, such as a GPU. */
  readonly coreGroup: number | 'all';
}

/** Imports the method `name`. @throws Error naming the methods there are. */
export async function openMethod(registry: Registry, name: string): Promise<DetectorMethod<unknown>> {
  if (!Object.hasOwn(registry.methods, name)) {
    throw new ConfigurationError(unknownMethod(name, Object.keys(registry.methods)));
  }
  return registry.methods[name]();
}

/** What to say of a method that there is not. */
export function unknownMethod(name: string, known: readonly string[]): string {
  return `there is no method "${name}"; there are ${known.join(', ')}${didYouMean(name, known)}`;
}

/** Imports a registry module. @throws Error when it exports none. */
export async function importRegistry(address: string): Promise<Registry> {
  const module = (await import(address)) as { registry?: Registry };
  if (!module.registry) throw new Error(`${address} exports no registry`);
  return module.registry;
}
