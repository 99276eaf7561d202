import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '@fsad/images';
import { openTfjs } from '@fsad/tensors/tfjs';
import { presets } from '../src/config.ts';
import { method } from '../src/index.ts';
import { findThing } from '../src/thing.ts';
import { frameFor, placeFrame, turnBack, uprightImage } from '../src/upright.ts';

const runtime = { engine: 'wasm', threads: 1 };
const SIDE = 96;

beforeAll(async () => void (await openTfjs(runtime)));

/** A ribbed bolt on a pale table: a shaft of 60 x 10 pixels with a head of 12 x 22, its head in direction `degrees`. */
function bolt(degrees: number, nicked = false, side = SIDE): Image {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const data = new Uint8Array(side * side).map((_, i) => {
    const [x, y] = [((i % side) + 0.5) / side - 0.5, (Math.floor(i / side) + 0.5) / side - 0.5];
    const [along, across] = [SIDE * (cos * x + sin * y), SIDE * (cos * y - sin * x)];
    const head = along > 24 && along < 36 && Math.abs(across) < 11;
    const shaft = along > -36 && along <= 24 && Math.abs(across) < 5;
    if (nicked && Math.hypot(along + 10, across) < 4) return 250;
    return head ? 60 : shaft ? 90 + 30 * Math.sin(along) : 200;
  });
  return { width: side, height: side, channels: 1, data };
}

describe('a long thing', () => {
  it.each([0, 30, 120, 200, 340])('is found with its heavy end at %i degrees', (degrees) => {
    const pose = findThing(bolt(degrees))!;
    const off = pose.angle - (degrees * Math.PI) / 180;
    expect(Math.cos(off)).toBeGreaterThan(Math.cos(Math.PI / 60));
    expect(Math.abs(pose.length - 72)).toBeLessThan(3);
    expect(Math.abs(pose.width - 22)).toBeLessThan(3);
  });

  it('is found at the same place of a larger picture', () => {
    const [small, large] = [findThing(bolt(30))!, findThing(bolt(30, false, 4 * SIDE))!];
    expect(Math.abs(large.x / 4 - small.x)).toBeLessThan(1);
    expect(Math.abs(large.length / 4 - small.length)).toBeLessThan(2.5);
  });

  it('is not found where there is none, where it is round, or where it reaches the border', () => {
    const [stripes, disc, bar] = [
      (x: number) => 100 + 50 * Math.sin(x),
      (x: number, y: number) => (Math.hypot(x - 48, y - 48) < 20 ? 60 : 200),
      (_: number, y: number) => (Math.abs(y - 48) < 10 ? 60 : 200),
    ].map((level): Image => {
      const data = new Uint8Array(SIDE * SIDE).map((_, i) => level(i % SIDE, Math.floor(i / SIDE)));
      return { width: SIDE, height: SIDE, channels: 1, data };
    });
    expect([stripes, disc, bar].map((image) => findThing(image))).toEqual([null, null, null]);
  });
});

describe('the frame', () => {
  it('is laid over one picture, and over several whose things do not all lie the same way', () => {
    expect(frameFor([bolt(10)])).not.toBeNull();
    expect(frameFor([bolt(10), bolt(80)])).not.toBeNull();
    expect(frameFor([bolt(10), bolt(14), bolt(8)])).toBeNull();
  });

  it('shows the same of a thing however it lies', () => {
    const frame = frameFor([bolt(0)])!;
    const [one, other] = [0, 130].map((degrees) => {
      const image = bolt(degrees);
      return uprightImage(frame, placeFrame(frame, image)!, image, 64);
    });
    const apart =
      one.data.reduce((sum, value, i) => sum + Math.abs(value - other.data[i]), 0) / one.data.length;
    expect(apart).toBeLessThan(8);
  });

  it('gives what it shows back to its place in the picture', () => {
    const image = bolt(130);
    const frame = frameFor([image])!;
    const place = placeFrame(frame, image)!;
    const { data } = uprightImage(frame, place, image, SIDE);
    const back = turnBack(
      Float32Array.from(data, (value) => 255 - value),
      SIDE,
      place,
    );
    const along = [...image.data.keys()].filter((i) => image.data[i] < 130);
    const apart = along.map((i) => Math.abs(255 - back[i] - image.data[i]));
    expect(apart.reduce((sum, value) => sum + value, 0) / apart.length).toBeLessThan(15);
    expect(back[0]).toBe(Math.min(...back));
  });
});

describe('a model of things that lie at any angle', () => {
  const config = { ...presets.smoke, size: 96, grid: 12 };

  it('finds a nick in a turned one, marks it in the picture, and does both again when it was saved', async () => {
    const detector = await method.create(config, runtime);
    await detector.fit([bolt(20)], { seed: 1, report: () => {} });
    const found = await detector.inspect!([bolt(200), bolt(245), bolt(245, true)]);
    const [turned, good, bad] = found.scores.map(({ value }) => value);
    expect(bad).toBeGreaterThan(1.5 * Math.max(turned, good));
    const { width, data } = found.maps[2];
    const hottest = data.indexOf(data.reduce((most, value) => Math.max(most, value)));
    const angle = (245 * Math.PI) / 180;
    expect(Math.abs((hottest % width) / width - 0.5 + (10 / SIDE) * Math.cos(angle))).toBeLessThan(0.08);
    expect(Math.abs(Math.floor(hottest / width) / width - 0.5 + (10 / SIDE) * Math.sin(angle))).toBeLessThan(
      0.08,
    );
    const folder = await mkdtemp(join(tmpdir(), 'fsad-upright-'));
    await detector.save(join(folder, 'model'));
    await expect(detector.toOnnx!()).rejects.toThrow('fit it with upright=false');
    detector.dispose();
    const again = await method.load(join(folder, 'model'), runtime);
    const alone = await again.inspect!([bolt(245, true)]);
    expect(alone).toEqual({ scores: [found.scores[2]], maps: [found.maps[2]] });
    again.dispose();
    await rm(folder, { recursive: true });
  });
});
