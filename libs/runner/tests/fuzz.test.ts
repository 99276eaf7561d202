import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzFormat } from '../harness/fuzz/fuzz.ts';
import { allJson, type Format } from '../harness/fuzz/format.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'fsad-fuzz-test-'))));
afterAll(() => rm(folder, { recursive: true }));

class Refusal extends Error {}

/** Reads `{"n": 1}`. */
const format = (
  read: (value: { n: unknown }, text: string) => unknown,
  identity: string | null = null,
): Format => ({
  name: 'toy',
  json: allJson,
  samples: async () => [Buffer.from('{"n": 1}')],
  async read(bytes) {
    const text = Buffer.from(bytes).toString();
    let value;
    try {
      value = JSON.parse(text) as { n: unknown };
    } catch {
      throw new Refusal('no JSON');
    }
    return { meaning: read(value, text), identity };
  },
  isRefusal: (error) => error instanceof Refusal,
});
const run = (of: Format, seed = 1) => fuzzFormat(of, { seed, mutations: 200, folder });

describe('the fuzz harness', () => {
  it('finds nothing in a reader that refuses whatever it does not know', async () => {
    const strict = format((value) => {
      if (JSON.stringify(value) !== '{"n":1}') throw new Refusal('another value');
      return 1;
    });
    const { accepted, refused, findings } = await run(strict);
    expect(findings).toEqual([]);
    expect(accepted + refused).toBe(200);
  });

  it('finds errors that are no refusals, with their place', async () => {
    const { findings } = await run(format((value) => (value.n as number).toFixed()));
    expect(findings[0].what).toMatch(/^internal error: TypeError: .*\n.*fuzz\.test\.ts/);
  });

  it('finds another meaning that is accepted as if it were the same', async () => {
    const { findings } = await run(format((value) => JSON.stringify(value)));
    expect(findings.map(({ what }) => what)).toContain(
      'accepted with another meaning, which nothing tells from the one before',
    );
  });

  it('changes the same bytes for the same seed, and others for another', async () => {
    const texts = async (seed: number): Promise<string[]> => {
      const seen: string[] = [];
      await run(
        format((_, text) => (seen.push(text), 1)),
        seed,
      );
      return seen;
    };
    const first = await texts(1);
    expect(await texts(1)).toEqual(first);
    expect(await texts(2)).not.toEqual(first);
  });
});
