import { InvalidFileError } from '@fsad/files';
import { decodeResult, encodeResult } from '../../../src/index.ts';
import { allJson, type Format } from '../format.ts';
import { resultOf } from './stored-trial.ts';

/** A stored result. */
export const resultFormat: Format = {
  name: 'result',
  json: allJson,
  async samples() {
    return [Buffer.from(encodeResult(resultOf(0)))];
  },
  async read(bytes) {
    const text = Buffer.from(bytes).toString('utf8');
    return { meaning: decodeResult(text, 'result.json', resultOf(0).key), identity: null };
  },
  isRefusal: (error) => error instanceof InvalidFileError,
};
