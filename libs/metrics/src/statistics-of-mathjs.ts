import type * as MathJs from 'mathjs/number';

/** What of mathjs the statistics need. */
export type StatisticsOfMathJs = Pick<typeof MathJs, 'mean' | 'std' | 'quantileSeq'>;
