import { ConfigurationError } from '@fsad/detector';
import { canonicalJson, InvalidFileError, parseJson } from '@fsad/files';
import { z } from 'zod';
import { methods } from '../../../src/index.ts';
import { allJson, type Format } from '../format.ts';

const names = Object.keys(methods).sort();

/** The configuration of every method, as a model or an experiment holds it. What is accepted goes into the trial's key as it stands. */
export const configurationFormat: Format = {
  name: 'configuration',
  json: allJson,
  async samples() {
    const samples = [];
    for (const name of names) {
      const { presets } = await methods[name]();
      samples.push(Buffer.from(JSON.stringify(Object.values(presets)[0], null, 1)));
    }
    return samples;
  },
  async read(bytes, sample) {
    const method = await methods[names[sample]]();
    const text = Buffer.from(bytes).toString('utf8');
    const given = parseJson(text, 'config.json', z.unknown(), { advice: 'mend it' });
    const meaning = method.parseConfig(given);
    return { meaning, identity: canonicalJson(method.parseConfig(JSON.parse(JSON.stringify(meaning)))) };
  },
  isRefusal: (error) => error instanceof InvalidFileError || error instanceof ConfigurationError,
};
