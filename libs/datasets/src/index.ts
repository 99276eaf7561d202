export type { Dataset, DatasetName, Split, TestItem } from './dataset.ts';
