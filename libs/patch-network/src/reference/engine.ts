import { checkSpec } from '../check.ts';
import type { Engine } from '../engine.ts';
import { ReferenceDiscriminator } from './discriminator.ts';
import { ReferenceGenerator } from './generator.ts';

/** The engine that defines the interface: plain TypeScript in double precision, for tests and small sizes. */
export function openReference(): Engine {
  return {
    name: 'reference',
    instructionSet: 'float64',
    threads: 1,
    async createDiscriminator(spec, state) {
      checkSpec(spec);
      return new ReferenceDiscriminator(spec, state);
    },
    async createGenerator(spec, state) {
      checkSpec(spec);
      return new ReferenceGenerator(spec, state);
    },
    async dispose() {},
  };
}
