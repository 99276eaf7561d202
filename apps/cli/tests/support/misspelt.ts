import { defineExperiment, type Experiment } from '@fsad/runner';
import tiny from './tiny.ts';

export default defineExperiment({ ...tiny, trails: 3 } as Experiment);
