import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrateMap, judge } from '@fsad/calibration';
import { encodePng, type Image } from '@fsad/images';
import type { OpenedModel } from '@fsad/runner';
import { exportModel, TOLERANCE } from '../src/index.ts';
import { learned, surface } from './models.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const python = join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const marker = join(root, '.venv', 'fsad-packages.json');
const hasOnnx = existsSync(marker) && readFileSync(marker, 'utf8').includes('onnxruntime==');
const page = readFileSync(join(root, 'docs', 'export.md'), 'utf8');
const documented = /```python\n([^`]*)```/.exec(page)?.[1] ?? '';

/** After the page's lines: checks the file, and tells what they found. */
const after = `
import json, onnx
onnx.checker.check_model('mine.onnx', full_check=True)
print(json.dumps({'score': float(score[0]), 'defective': bool(defective[0]), 'suspicious': bool(suspicious[0]), 'map': where.tolist(),
                  'opset': onnx.load('mine.onnx').opset_import[0].version}))
`;

interface Found {
  readonly score: number;
  readonly defective: boolean;
  readonly suspicious: boolean;
  readonly map: number[][][][];
  readonly opset: number;
}

describe.skipIf(!hasOnnx)(
  'the Python lines of docs/export.md (skipped without onnxruntime in .venv: node scripts/python-env.mjs)',
  () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'fsad-python-'));
      await writeFile(join(folder, 'lines.py'), `${documented}${after}`);
    });
    afterAll(() => rm(folder, { recursive: true }));

    async function inPython(model: OpenedModel, picture: Image): Promise<Found & { preprocessing: string }> {
      await writeFile(join(folder, 'mine.onnx'), (await exportModel(model, 'the model')).file);
      await writeFile(join(folder, 'new.png'), await encodePng(picture));
      const { stdout } = await promisify(execFile)(python, ['lines.py'], { cwd: folder, maxBuffer: 1 << 28 });
      const [preprocessing, found] = stdout.trim().split('\n');
      return { ...(JSON.parse(found) as Found), preprocessing };
    }

    it.each([
      ['patchcore', 'smoke', 3, surface('large', 120, 90, { defective: true })],
      ['patchcore', 'smoke', 3, surface('good', 64, 64)],
      ['htdg', 'official', 3, surface('at its side', 32, 32, { defective: true })],
      ['htdg', 'fast', 1, surface('at its side', 32, 32, { channels: 1 })],
    ] as const)('find in a picture what %s, preset %s, %i channels, finds', async (...given) => {
      const [method, preset, channels, picture] = given;
      const more = preset === 'official' ? ['pyramid.scaleFactor=0.8'] : [];
      const model = await learned(method, preset, channels, more);
      try {
        const { scores, maps } = await model.detector.inspect!([picture]);
        const found = await inPython(model, picture);
        const { score, decision } = judge(model.calibration!, scores[0].value);
        expect(Math.abs(found.score - score)).toBeLessThan(TOLERANCE);
        expect(found.defective).toBe(decision === 'defective');
        expect(found.suspicious).toBe(score > 0.3);
        const map = calibrateMap(model.calibration!, maps[0]).data;
        const differences = found.map.flat(3).map((value, i) => Math.abs(value - map[i]));
        expect(differences).toHaveLength(map.length);
        expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
        expect(found.opset).toBe(17);
        expect(found.preprocessing).toContain('float32 levels of 0 to 255');
      } finally {
        model.detector.dispose();
      }
    });
  },
);
