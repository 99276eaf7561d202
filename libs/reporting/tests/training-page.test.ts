import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Image } from '@fsad/images';
import { lossCurves, trainingPage, type TestPicture, type TrainingPage } from '../src/index.ts';
import { browserNeeded, browserPath, inspect } from './browser.ts';

function picture(side: number, value: number): Image {
  return { width: side, height: side, channels: 3, data: new Uint8Array(3 * side * side).fill(value) };
}

function testPicture(i: number, anomalous: boolean): TestPicture {
  const map = {
    width: 8,
    height: 8,
    data: new Float32Array(64).map((_, at) => (anomalous && at < 9 ? 1 : 0)),
  };
  const mask = {
    width: 8,
    height: 8,
    channels: 1 as const,
    data: Uint8Array.from(map.data, (at) => 255 * at),
  };
  return {
    name: `image ${i}`,
    score: anomalous ? i + 1.5 : i,
    anomalous,
    kind: anomalous ? '<scratch>' : 'good',
    image: picture(8, 40 + i),
    map,
    mask: anomalous ? mask : null,
  };
}

const page: TrainingPage = {
  title: 'Scratches & stains',
  lead: 'Trained on one picture.',
  kicker: 'HTDG',
  seconds: { training: 61.4, scoring: 0.5 },
  training: [picture(8, 90)],
  scales: [4, 8].map((side) => ({
    real: picture(side, 90),
    reconstruction: picture(side, 91),
    samples: [picture(side, 92)],
  })),
  curves: lossCurves({
    'scale/0/discriminator': { steps: [0, 1, 2], values: [3, 2, 1] },
    'scale/1/discriminator': { steps: [0, 1, 2], values: [3, NaN, 1] },
  }),
  test: Array.from({ length: 24 }, (_, i) => testPicture(i, i % 3 !== 0)),
  commands: [{ purpose: 'Train:', command: 'npx fsad train --folder <yours>' }],
  details: { seed: 1 },
};

describe('trainingPage', () => {
  it('states the AUROC with its interval and what the threshold misses', async () => {
    const text = (
      await trainingPage({ ...page, test: [0, 1, 2, 3].map((i) => testPicture(i, i > 1)) })
    ).replace(/\s+/g, ' ');
    expect(text).toContain('<dd>100.0 %</dd>');
    expect(text).toMatch(/95 % interval \d+\.\d % to 100\.0 %/);
    expect(text).toContain('there 0 anomalous images are missed and 0 normal ones are called anomalous');
  });

  it('asks for nothing outside itself and escapes what it is given', async () => {
    const text = await trainingPage(page);
    expect(text).not.toMatch(/(src|href)="(?!data:)/);
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;scratch&gt;');
    expect(text).toContain('Scratches &amp; stains');
    expect(text).not.toContain('<scratch>');
  });

  it('shows at most sixteen anomalous and eight normal pictures, highest score first, and says so', async () => {
    const many = Array.from({ length: 60 }, (_, i) => testPicture(i, i % 3 !== 0));
    const text = await trainingPage({ ...page, test: many });
    const scores = [...text.matchAll(/<strong>([\d.]+)<\/strong>/g)].map((match) => Number(match[1]));
    expect(scores).toHaveLength(24);
    expect(scores.slice(0, 16)).toEqual([...scores.slice(0, 16)].sort((a, b) => b - a));
    expect(scores[0]).toBe(60.5);
    expect(scores[15]).toBe(2.5);
    expect(text).toContain('16 of 40, evenly spaced in rank');
  });

  it('gives the same bytes every time', async () => {
    expect(await trainingPage(page)).toBe(await trainingPage(page));
  });

  it('leaves out what a method does not have: maps, scales, curves', async () => {
    const test = page.test.map((item) => ({ ...item, map: null, mask: null }));
    const text = await trainingPage({ ...page, test, scales: [], curves: [] });
    expect(text).toContain('gives no map');
    expect(text).not.toContain('What it learned');
    expect(text).not.toContain('The training</h2>');
  });

  it('refuses test images of one class', async () => {
    await expect(trainingPage({ ...page, test: [testPicture(1, true)] })).rejects.toThrow(
      '0 normal and 1 anomalous',
    );
  });

  it.skipIf(!browserPath)(
    `reads in a browser without complaint at 1280 and 400 pixels${browserNeeded}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'fsad-page-'));
      try {
        const file = join(folder, 'page.html');
        await writeFile(file, await trainingPage(page));
        for (const seen of await inspect(file, [1280, 400])) {
          expect(seen).toMatchObject({ complaints: [], overflow: 0, brokenImages: 0, figures: 3 });
          expect(seen.images).toBeGreaterThan(30);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});
