import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '@fsad/patch-network';
import type { FixtureCheck } from './check.ts';
import { verifyClahe } from './verify-clahe.ts';
import { verifyPyramid } from './verify-pyramid.ts';
import { verifyScores } from './verify-scores.ts';
import { verifyDiscriminatorStep, verifyGeneratorStep } from './verify-steps.ts';
import { verifyTrace } from './verify-trace.ts';
import { verifyTransforms } from './verify-transforms.ts';

/** The folder of fixtures that lie in the project. */
export const ownFixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

type Replay = (path: string, engine: Engine) => Promise<FixtureCheck[]>;

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

/** Replays one fixture file. @throws Error when nothing here replays a file of its name, or it is broken. */
export function verifyFile(path: string, engine: Engine): Promise<FixtureCheck[]> {
  return replayOf(path)(path, engine);
}

/**
 * Replays every fixture file of a folder in the order of their names, handing out the checks of each file as they come.
 * @throws Error when the folder holds no fixture, a file nothing here replays, or a broken one.
 */
export async function* verifyFolder(directory: string, engine: Engine): AsyncGenerator<FixtureCheck[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(ENDING)).sort();
  if (files.length === 0) throw new Error(`${directory}: there is no fixture (*${ENDING}) in this folder`);
  const replays = files.map((file) => {
    const path = join(directory, file);
    return { path, replay: replayOf(path) };
  });
  for (const { path, replay } of replays) yield await replay(path, engine);
}

const ENDING = '.safetensors';

function replayOf(path: string): Replay {
  const found = REPLAYS.find(([pattern]) => pattern.test(basename(path, ENDING)));
  if (!found) throw new Error(`${path}: nothing here replays a fixture of this name`);
  return found[1];
}
