import { createRequire } from 'node:module';
import type { StatisticsOfMathJs } from './statistics-of-mathjs.ts';

const load = createRequire(import.meta.url);

/** Opened when first needed: mathjs takes a third of a second to load, and most commands and trials summarise nothing. */
export const math = (): StatisticsOfMathJs => load('mathjs/number') as StatisticsOfMathJs;
