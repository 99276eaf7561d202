import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@fsad/patch-network';
import type { FixtureCheck } from './check.ts';
import { verifyClahe } from './verify-clahe.ts';
import { verifyPyramid } from './verify-pyramid.ts';
import { verifyScores } from './verify-scores.ts';
import { verifyDiscriminatorStep, verifyGeneratorStep } from './verify-steps.ts';
import { verifyTrace } from './verify-trace.ts';
import { verifyTransforms } from './verify-transforms.ts';

/** Replays one fixture file on an engine. */
export type Replay = (path: string, engine: Engine) => Promise<FixtureCheck[]>;

/** What replays a file, by its name. */
const REPLAYS: readonly (readonly [name: RegExp, replay: Replay])[] = [
  [/^pyramid$/, verifyPyramid],
  [/^transforms_\d+$/, verifyTransforms],
  [/^clahe$/, verifyClahe],
  [/^discriminator_step$/, verifyDiscriminatorStep],
  [/^generator_step$/, verifyGeneratorStep],
  [/^scores_\w+$/, verifyScores],
  [/^trace_\w+$/, verifyTrace],
];

/**
 * Replays every fixture file of a folder in the order of their names, handing out the checks of each file as they come.
 * @throws Error when the folder holds no fixture, a file nothing here replays, or a broken one.
 */
export async function* verifyFolder(directory: string, engine: Engine): AsyncGenerator<FixtureCheck[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.safetensors')).sort();
  if (files.length === 0) throw new Error(`${directory}: there is no fixture (*.safetensors) in this folder`);
  const replays = files.map((file): [string, Replay] => {
    const name = file.slice(0, -'.safetensors'.length);
    const found = REPLAYS.find(([pattern]) => pattern.test(name));
    if (!found) throw new Error(`${join(directory, file)}: nothing here replays a fixture of this name`);
    return [file, found[1]];
  });
  for (const [file, replay] of replays) yield await replay(join(directory, file), engine);
}
