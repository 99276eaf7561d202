import type { Format } from '../format.ts';
import { cifarFormat } from './cifar.ts';
import { configurationFormat } from './configuration.ts';
import { idxFormat } from './idx.ts';
import { journalFormat } from './journal.ts';
import { queuePayloadFormat } from './queue-payload.ts';
import { resultFormat } from './result.ts';
import { safetensorsFormat } from './safetensors.ts';
import { splitFormat } from './split.ts';
import { indexFormat } from './stored-index.ts';

/** All that is fuzzed: one line a kind of file or message. */
export const formats: readonly Format[] = [
  idxFormat,
  cifarFormat,
  safetensorsFormat,
  configurationFormat,
  splitFormat,
  resultFormat,
  indexFormat,
  journalFormat,
  queuePayloadFormat,
];
