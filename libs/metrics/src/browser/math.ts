import { mean, quantileSeq, std } from 'mathjs/number';
import type { StatisticsOfMathJs } from '../statistics-of-mathjs.ts';

/** In a page mathjs is a part of what was loaded already. */
export const math = (): StatisticsOfMathJs => ({ mean, quantileSeq, std });
