import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCalibration, writeCalibration } from '../src/folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-calibration-'));
  await writeFile(join(folder, 'config.json'), '{}');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const made = {
  format: 'fsad-calibration-v1' as const,
  pictures: 5,
  refits: 5,
  copies: 2,
  score: { ordinary: 1, threshold: 2 },
  map: { ordinary: 0, threshold: 1, agreement: 0.5, places: { width: 1, height: 2, data: [1, -1] } },
  moved: null,
};

it('comes back as it was written; a folder without one has none', async () => {
  expect(await readCalibration(folder)).toBeNull();
  const written = await writeCalibration(folder, made);
  expect(await readCalibration(folder)).toEqual(written);
  expect(written).toMatchObject(made);
});

it('is refused beside another model, naming the file and what to do', async () => {
  await writeCalibration(folder, made);
  await writeFile(join(folder, 'config.json'), '{"other":1}');
  await expect(readCalibration(folder)).rejects.toThrow(
    /calibration\.json: made for another model.*fsad calibrate/,
  );
});

it('is refused where it was edited into something else', async () => {
  await writeFile(join(folder, 'calibration.json'), '{"format":"fsad-calibration-v1"}');
  await expect(readCalibration(folder)).rejects.toThrow(/calibration\.json/);
});

it('is refused where its threshold was moved by hand, and read where it was written before there were checksums', async () => {
  const written = await writeCalibration(folder, made);
  const file = join(folder, 'calibration.json');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('"threshold": 2', '"threshold": 3'));
  await expect(readCalibration(folder)).rejects.toThrow(/calibration\.json: was edited.*fsad calibrate/);
  const { checksum, ...before } = written;
  expect(checksum).toMatch(/^[0-9a-f]{64}$/);
  await writeFile(file, JSON.stringify(before));
  expect(await readCalibration(folder)).toEqual(before);
});
