import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { randomStream } from '@fsad/tensors';
import type { Format, Reading } from './format.ts';
import { mutate } from './mutate.ts';

/** A mutation that should not have ended as it did. */
export interface Finding {
  readonly format: string;
  readonly mutation: number;
  readonly what: string;
}

export interface Outcome {
  readonly accepted: number;
  readonly refused: number;
  readonly findings: readonly Finding[];
}

/**
 * Reads `mutations` changed copies of a format's samples, the same for the same seed, and judges each: it may be refused in words, or accepted when it
 * means what its sample meant or is told from it by its identity.
 * @param begin called before each, so that whoever waits knows which one never ended.
 */
export async function fuzzFormat(
  format: Format,
  given: { readonly seed: number; readonly mutations: number; readonly folder: string },
  begin: (mutation: number) => void = () => undefined,
): Promise<Outcome> {
  const { name } = format;
  const folder = join(given.folder, name);
  const fresh = async (): Promise<string> => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return folder;
  };
  const samples = await format.samples(await fresh());
  const originals: Reading[] = [];
  for (const [i, sample] of samples.entries()) originals.push(await format.read(sample, i, await fresh()));
  const findings: Finding[] = [];
  let accepted = 0;
  let refused = 0;
  for (let mutation = 0; mutation < given.mutations; mutation++) {
    begin(mutation);
    const which = mutation % samples.length;
    const random = randomStream(given.seed, `fuzz/${name}/${mutation}`);
    const bytes = mutate(samples[which], random, format.json);
    const find = (what: string): unknown => findings.push({ format: name, mutation, what });
    try {
      const reading = await format.read(bytes, which, await fresh());
      accepted++;
      const same = isDeepStrictEqual(reading.meaning, originals[which].meaning);
      const told = reading.identity !== null && reading.identity !== originals[which].identity;
      if (!same && !told) find('accepted with another meaning, which nothing tells from the one before');
    } catch (error) {
      refused++;
      if (!format.isRefusal(error)) find(`internal error: ${(error as Error).stack ?? String(error)}`);
    }
  }
  await rm(folder, { recursive: true, force: true });
  return { accepted, refused, findings };
}
