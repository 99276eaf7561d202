import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Dataset } from './dataset.ts';
import { DatasetError } from './errors.ts';
import { drawSplit, splitId } from './split.ts';
import { selectTest } from './test-selection.ts';

/**
 * Registers the vitest tests every dataset must pass.
 *
 * @param open opens a small copy, with at least 3 drawable training images in `className`; called more than once.
 */
export function datasetConformance(what: string, className: string, open: () => Promise<Dataset>): void {
  describe(`${what} as a dataset`, () => {
    let dataset: Dataset;
    beforeAll(async () => {
      dataset = await open();
    });
    afterAll(() => dataset.close());

    it('lists every id once, and drawable training images in the order of the official ones', () => {
      assert.equal(new Set(dataset.classes).size, dataset.classes.length);
      const official = dataset.trainIds(className, 'official');
      assert.equal(new Set(official).size, official.length);
      const drawable = new Set(dataset.trainIds(className));
      assert.deepEqual(
        official.filter((id) => drawable.has(id)),
        [...drawable],
      );
      const tested = dataset.testItems(className, 'test').map(({ id }) => id);
      assert.equal(new Set(tested).size, tested.length);
      const all = new Set(dataset.ids());
      assert.equal(all.size, dataset.ids().length);
      for (const id of [...official, ...tested]) assert.ok(all.has(id), `${id} is not among ids()`);
    });

    it('opens to the same index and fingerprint each time', async () => {
      const again = await open();
      assert.match(dataset.fingerprint, /^[0-9a-f]{64}$/);
      assert.equal(again.fingerprint, dataset.fingerprint);
      assert.match(dataset.fingerprintOf(className), /^[0-9a-f]{64}$/);
      assert.equal(again.fingerprintOf(className), dataset.fingerprintOf(className));
      assert.deepEqual(again.trainIds(className), dataset.trainIds(className));
      assert.deepEqual(again.testItems(className, 'test'), dataset.testItems(className, 'test'));
      await again.close();
    });

    it('names the classes there are when asked for another', () => {
      const unknown = (error: unknown): boolean =>
        error instanceof DatasetError && error.message.includes(dataset.classes[0]);
      assert.throws(() => dataset.trainIds('no such class'), unknown);
      assert.throws(() => dataset.testItems('no such class', 'test'), unknown);
      assert.throws(() => dataset.taskOf('no such class'), unknown);
      assert.throws(() => dataset.fingerprintOf('no such class'), unknown);
    });

    it('decodes pictures with the channels of its colour, the same each time and in parallel', async () => {
      const ids = [...dataset.trainIds(className).slice(0, 3), dataset.testItems(className, 'test')[0].id];
      const once = await Promise.all(ids.map((id) => dataset.image(id)));
      for (const [i, id] of ids.entries()) {
        const { width, height, channels, data } = once[i];
        assert.equal(channels, dataset.colour === 'grey' ? 1 : 3);
        assert.equal(data.length, width * height * channels);
        assert.deepEqual(await dataset.image(id), once[i]);
      }
    });

    it('refuses an id that is not its own', async () => {
      for (const id of ['nothing', '../outside.png', 'train/99999', ''])
        await assert.rejects(dataset.image(id), DatasetError);
    });

    it('gives masks of 0 and 255 in the size of the stored picture exactly where it says so', async () => {
      const items = dataset.testItems(className, 'test');
      const masked = items.filter(({ hasMask }) => hasMask).slice(0, 3);
      for (const { id, anomalous } of masked) {
        const [image, mask] = [await dataset.image(id), await dataset.mask(id)];
        assert.ok(mask && anomalous);
        assert.deepEqual([mask.width, mask.height, mask.channels], [image.width, image.height, 1]);
        assert.ok(mask.data.includes(255) && mask.data.every((value) => value === 0 || value === 255));
      }
      const bare = items.find(({ hasMask }) => !hasMask);
      if (bare) assert.equal(await dataset.mask(bare.id), null);
    });

    it('draws splits that are nested in k, carry their own digest, and repeat on another opening', async () => {
      const one = await drawSplit(dataset, { class: className, shots: 1 });
      const three = await drawSplit(dataset, { class: className, shots: 3 });
      assert.deepEqual(three.train.slice(0, 1), one.train);
      assert.equal(three.id, splitId(three));
      assert.notEqual(one.id, three.id);
      const again = await open();
      assert.deepEqual(await drawSplit(again, { class: className, shots: 3 }), three);
      await again.close();
    });

    it('never tests on a training image', async () => {
      const split = await drawSplit(dataset, { class: className, shots: 3 });
      const tested = new Set(selectTest(dataset, split).items.map(({ id }) => id));
      for (const { id } of split.train) assert.ok(!tested.has(id));
    });

    it('keeps reserved validation images out of every draw, or says that it has none', () => {
      const drawable = new Set(dataset.trainIds(className));
      try {
        for (const { id } of dataset.testItems(className, 'validation')) assert.ok(!drawable.has(id));
      } catch (error) {
        assert.ok(error instanceof DatasetError, String(error));
      }
    });
  });
}
