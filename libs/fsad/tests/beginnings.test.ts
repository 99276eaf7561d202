import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { writeBeginning } from '../src/beginnings.ts';
import { method } from '../templates/detector.ts';

const folder = mkdtempSync(join(tmpdir(), 'fsad-beginnings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the detector to begin with is one like any other', () =>
  detectorConformance(method, { config: { size: 16, floor: 0.05 }, images: sampleImages(3, 16, 3) }));

test('its files bear the name that was given', async () => {
  await writeBeginning('detector', 'brightness', folder);
  await writeBeginning('experiment', 'textures', folder);
  expect(readdirSync(folder).sort()).toEqual(['brightness-experiment.ts', 'brightness.ts', 'textures.ts']);
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(texts.join('\n')).not.toContain('my-');
  expect(texts[0]).toContain("detector: './brightness.ts'");
  expect(texts[2]).toContain("name: 'textures'");
});

test('a file that is there is not written over', async () => {
  await writeBeginning('experiment', 'kept', folder);
  await expect(writeBeginning('experiment', 'kept', folder)).rejects.toThrow('kept.ts is there already');
});

test.each([
  ['Two Words', 'is no name for a detector'],
  ['../up', 'is no name for a detector'],
  ['patchcore', 'there is a method "patchcore" already'],
])('no detector is called %s', async (name, message) => {
  await expect(writeBeginning('detector', name, folder)).rejects.toThrow(message);
});
