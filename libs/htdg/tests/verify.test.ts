import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine, type Engine } from '@fsad/patch-network';
import { encodeSafetensors, tensor } from '@fsad/tensors';
import type { FixtureCheck } from '../src/verify/check.ts';
import { verifyClahe } from '../src/verify/verify-clahe.ts';
import { verifyFolder } from '../src/verify/verify-folder.ts';
import { verifyPyramid } from '../src/verify/verify-pyramid.ts';
import { verifyScores } from '../src/verify/verify-scores.ts';
import { verifyDiscriminatorStep, verifyGeneratorStep } from '../src/verify/verify-steps.ts';
import { verifyTransforms } from '../src/verify/verify-transforms.ts';

const folder = process.env.FSAD_FIXTURES;
const fixture = (name: string): string => join(folder ?? '', 'official', `${name}.safetensors`);

function expectWithin(checks: readonly FixtureCheck[]): void {
  expect(checks.length).toBeGreaterThan(0);
  expect(checks.filter(({ largestError, tolerance }) => !(largestError <= tolerance))).toEqual([]);
}

describe.skipIf(!folder)('published fixtures (set FSAD_FIXTURES to the folder holding official/)', () => {
  it('pyramid: every scale and every step between scales', async () => {
    expectWithin(await verifyPyramid(fixture('pyramid')));
  });

  it('transforms: all 54 copies at two sides', async () => {
    expectWithin(await verifyTransforms(fixture('transforms_26')));
    expectWithin(await verifyTransforms(fixture('transforms_41')));
  });

  it('clahe: equal grey levels', async () => {
    expectWithin(await verifyClahe(fixture('clahe')));
  });

  describe('on the fastest engine', () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openEngine('auto', { threads: 2 });
    });
    afterAll(async () => engine?.dispose());

    it('generator_step: output, loss, gradients, running statistics', async () => {
      expectWithin(await verifyGeneratorStep(fixture('generator_step'), engine));
    });

    it('discriminator_step: losses, logits, gradients, one Adam step, the gradient at the image', async () => {
      expectWithin(await verifyDiscriminatorStep(fixture('discriminator_step'), engine));
    });

    // `fsad verify` replays scores_gray, scores_rgb and the traces, which take longer.
    it('scores_rot: from 8-bit pictures to the score', async () => {
      expectWithin(await verifyScores(fixture('scores_rot'), engine));
    });
  });
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
