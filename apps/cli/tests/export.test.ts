import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '@fsad/images';
import { randomStream } from '@fsad/tensors';
import { fsad } from './fsad.ts';

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-export-'));
  await mkdir(at('good'));
  for (const name of ['first', 'second']) {
    const data = Uint8Array.from(randomStream(1, name).normal(48 * 48 * 3), (value) => 110 + 20 * value);
    await writeFile(at('good', `${name}.png`), await encodePng({ width: 48, height: 48, channels: 3, data }));
  }
  const train = (out: string, ...given: string[]) =>
    fsad('train', '--folder', at('good'), '--out', at(out), ...given);
  const made = await train('model', '--method', 'patchcore', '--preset', 'smoke', '--engine', 'wasm');
  expect(made.code, made.stderr).toBe(0);
  expect((await train('plain', '--method', 'nearest-pixel')).code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('fsad export', () => {
  it('writes the file once it gave what the model gives on the pictures learned from', async () => {
    const run = await fsad('export', at('model'), '--out', at('m.onnx'), '--engine', 'wasm');
    expect(run.stderr).not.toContain('Error');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('operator set 17, one picture [1, 3, 64, 64] of levels 0 to 255');
    expect(run.stdout).toContain('stretched to 64 x 64 pixels by antialiased bilinear');
    expect(run.stdout).toMatch(/compared on 2 pictures in onnxruntime-web: .* decisions the same/);
    expect((await readFile(at('m.onnx'))).includes('anomaly_map')).toBe(true);
  });

  it('refuses a model of a method that brings no graph, and writes nothing', async () => {
    const run = await fsad('export', at('plain'), '--out', at('plain.onnx'));
    expect(run.stderr).toContain('is a model of nearest-pixel, which cannot be written as ONNX');
    expect(run.code).toBe(2);
    expect(existsSync(at('plain.onnx'))).toBe(false);
  });

  it('writes nothing where there is nothing to compare on', async () => {
    const run = await fsad('export', at('model'), '--out', at('none.onnx'), '--pictures', at('nowhere.png'));
    expect(run.code).toBe(2);
    expect(existsSync(at('none.onnx'))).toBe(false);
  });
});
