import { DatasetError, decodeSplits, drawSplit, encodeSplits, openDataset, splitId } from '@fsad/datasets';
import { allJson, type Format } from '../format.ts';

/** A file of splits. */
export const splitFormat: Format = {
  name: 'split',
  json: allJson,
  async samples() {
    const dataset = await openDataset('generated');
    const splits = [];
    for (const shots of [1, 3]) splits.push(await drawSplit(dataset, { class: 'surface', shots }));
    return [Buffer.from(encodeSplits(splits))];
  },
  async read(bytes) {
    const splits = decodeSplits(Buffer.from(bytes).toString('utf8'), 'splits.json');
    return { meaning: splits, identity: splits.map(splitId).join() };
  },
  isRefusal: (error) => error instanceof DatasetError,
};
