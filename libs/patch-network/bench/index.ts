export { runBench, type BenchOptions, type BenchResult, type BenchRow } from './run.ts';
export { benchText } from './text.ts';
