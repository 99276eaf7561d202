import { takeSpec } from '../check.ts';
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
      return new ReferenceDiscriminator(takeSpec(spec), state);
    },
    async createGenerator(spec, state) {
      return new ReferenceGenerator(takeSpec(spec), state);
    },
    async dispose() {},
  };
}
