import { readdirSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine, probeEngines, type Engine, type EngineName } from '@fsad/patch-network';
import { encodeSafetensors, tensor } from '@fsad/tensors';
import type { FixtureCheck } from '../src/verify/check.ts';
import { ownFixtures, verifyFile, verifyFolder } from '../src/verify/verify-folder.ts';
import { verifyPyramid } from '../src/verify/verify-pyramid.ts';
import { verifyTransforms } from '../src/verify/verify-transforms.ts';

const folder = process.env.FSAD_FIXTURES;

function expectWithin(checks: readonly FixtureCheck[]): void {
  expect(checks.length).toBeGreaterThan(0);
  expect(checks.filter(({ largestError, tolerance }) => !(largestError <= tolerance))).toEqual([]);
}

/** Replays every fixture of a folder on an engine, a test a file. */
function replays(directory: string, engineName: EngineName | 'auto'): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine(engineName, { threads: 2 });
  });
  afterAll(async () => engine?.dispose());

  it.each(readdirSync(directory).filter((file) => file.endsWith('.safetensors')))('%s', async (file) => {
    expectWithin(await verifyFile(join(directory, file), engine));
  });
}

const probes = await probeEngines();
describe.each(['native', 'wasm'] as const)('the project’s fixtures', (name) => {
  const { available, detail } = probes.find((probe) => probe.name === name)!;
  describe.skipIf(!available)(`on ${name} (${detail})`, () => replays(ownFixtures, name));
});

describe.skipIf(!folder)('all published fixtures (set FSAD_FIXTURES to the folder holding official/)', () => {
  if (folder) replays(join(folder, 'official'), 'auto');
});

describe('a replay', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fsad-verify-'));
  });
  afterAll(async () => rm(directory, { recursive: true, force: true }));

  /** A transforms fixture of the identity on a 3 x 3 image, its copy off by `error` in one pixel. */
  async function identityFixture(error: number): Promise<string> {
    const copy = new Float32Array(27).fill(0.25);
    copy[4] += error;
    const path = join(directory, 'transforms_3.safetensors');
    const tensors = new Map([
      ['input_nchw', tensor([1, 3, 3, 3], new Float32Array(27).fill(0.25))],
      ['tuples_gray_flip_tx_ty_rot', tensor([1, 5])],
      ['output_mnchw', tensor([1, 1, 3, 3, 3], copy)],
    ]);
    await writeFile(path, encodeSafetensors(tensors));
    return path;
  }

  it('reports the largest error of a fixture that disagrees', async () => {
    const [right] = await verifyTransforms(await identityFixture(0));
    expect(right).toEqual({
      file: 'transforms_3.safetensors',
      quantity: '1 copies',
      largestError: 0,
      tolerance: 1e-4,
    });
    const [wrong] = await verifyTransforms(await identityFixture(0.5));
    expect(wrong.largestError).toBe(0.5);
    const [broken] = await verifyTransforms(await identityFixture(NaN));
    expect(broken.largestError).toBe(Infinity);
  });

  it('of a folder takes every fixture in the order of names, and refuses what it does not know', async () => {
    const folder = await mkdtemp(join(directory, 'folder-'));
    const engine = await openEngine('reference');
    const files = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const checks of verifyFolder(folder, engine)) found.push(...checks.map(({ file }) => file));
      return found;
    };
    await expect(files()).rejects.toThrow(/no fixture/);
    await copyFile(await identityFixture(0), join(folder, 'transforms_3.safetensors'));
    await copyFile(await identityFixture(0), join(folder, 'transforms_10.safetensors'));
    expect(await files()).toEqual(['transforms_10.safetensors', 'transforms_3.safetensors']);
    await writeFile(join(folder, 'holiday.safetensors'), '');
    await expect(files()).rejects.toThrow(/holiday.safetensors: nothing here replays/);
    await engine.dispose();
  });

  it('names the array a fixture lacks', async () => {
    const path = join(directory, 'pyramid.safetensors');
    await writeFile(path, encodeSafetensors(new Map()));
    await expect(verifyPyramid(path)).rejects.toThrow('pyramid.safetensors: there is no array image_u8_hwc');
  });
});
