import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  defaultRegistry,
  defineExperiment,
  encodeLine,
  encodeResult,
  openRun,
  openStore,
  resultSchema,
  sidePath,
  summaries,
  wholeExperiment,
  type RunOptions,
  type TrialResult,
} from '@fsad/runner';
import { writeReport } from '../src/index.ts';

// npm run big-plan: how long a plan of 100,000 trials takes to be made, stored, resumed and reported, and how much memory; each part in a process of its own.

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '100000' },
    part: { type: 'string' },
    folder: { type: 'string' },
  },
});

/** Ten classes, five numbers of shots, two methods. */
function options(store: string): RunOptions {
  const never = new AbortController().signal;
  const classes = ['arrow', 'bars', 'crescent', 'cross', 'disc', 'frame', 'hook', 'ring', 'star', 'triangle'];
  const experiment = defineExperiment({
    name: 'big-plan',
    title: 'Very many trials',
    datasets: [{ name: 'generated', classes }],
    shots: [1, 2, 3, 5, 10],
    trials: Number(values.trials) / 100,
    methods: [
      { detector: 'pixel-mse', variant: 'matched', preset: 'smoke' },
      { detector: 'pixel-mse', variant: 'mismatched', preset: 'mismatched' },
    ],
    budgets: { paper: {}, reduced: {}, smoke: {} },
  });
  return {
    request: wholeExperiment(experiment, 'smoke'),
    registry: defaultRegistry,
    store,
    replace: false,
    retryFailed: false,
    command: 'npm run big-plan',
    onEvent: () => undefined,
    stop: never,
    kill: never,
  };
}

/** The result that a trial would have, its AUROC from its place in the plan. */
function resultOf(
  { key, cells, inputs }: Pick<TrialResult, 'key' | 'cells' | 'inputs'>,
  place: number,
): TrialResult {
  const [cell] = cells;
  const auroc = 0.5 + ((place * 7919) % 1000) / 2500;
  return {
    schema: resultSchema,
    key,
    cells,
    status: 'ok',
    failure: null,
    metrics: {
      auroc,
      aurocInterval: [auroc - 0.05, auroc + 0.05],
      perScale: [],
      fractions: {},
      parts: {},
      pixel: null,
    },
    inputs,
    split: {
      id: inputs.split,
      dataset: 'generated',
      class: cell.class,
      shots: cell.shots,
      trial: cell.trial,
      rule: 'hash',
      options: {},
      train: [],
    },
    test: { subset: 'test', images: 120, anomalous: 60, available: 120 },
    warnings: [],
    artefacts: [],
    provenance: {
      gitCommit: null,
      command: 'npm run big-plan',
      node: process.version,
      engine: { name: 'none', instructionSet: null, threads: 1 },
      machine: { platform: process.platform, cpu: 'none', cores: 1, memoryBytes: 1 },
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:00:01.000Z',
      seconds: { fit: 0.5, score: 0.5, total: 1 },
      attempts: 1,
      peakMemoryBytes: 1,
    },
  };
}

/** How many trials are stored as a run stores them, one by one; the rest is only put there. */
const storedAsRun = 200;

const parts: Record<string, (folder: string) => Promise<string>> = {
  async plan(folder) {
    const { sorted, prepared } = await openRun(options(join(folder, 'store')));
    await prepared.close();
    return `${sorted.pending.length} trials to do`;
  },
  async store(folder) {
    const directory = join(folder, 'store');
    const { sorted, prepared, store } = await openRun(options(directory));
    await prepared.close();
    const made = new Set<string>();
    let text = '';
    const began = performance.now();
    let each = 0;
    for (const [i, trial] of sorted.pending.entries()) {
      const result = resultOf(trial, i);
      if (i < storedAsRun) {
        await store.commit(result);
        if (i === storedAsRun - 1) each = (performance.now() - began) / storedAsRun;
        continue;
      }
      const path = `${sidePath(directory, trial.key)}.json`;
      if (!made.has(dirname(path))) mkdirSync(dirname(path), { recursive: true });
      made.add(dirname(path));
      writeFileSync(path, encodeResult(result));
      text += summaries(result)
        .map((line) => `${encodeLine(line)}\n`)
        .join('');
      if (text.length > 1e6) appendFileSync(join(directory, 'index.jsonl'), text);
      if (text.length > 1e6) text = '';
    }
    appendFileSync(join(directory, 'index.jsonl'), text);
    return `${sorted.pending.length} results written; a run takes ${each.toFixed(1)} ms to store one`;
  },
  async resume(folder) {
    const { sorted, prepared } = await openRun(options(join(folder, 'store')));
    await prepared.close();
    return `${sorted.done} done, ${sorted.pending.length} to do`;
  },
  async 'index again'(folder) {
    rmSync(join(folder, 'store', 'index.jsonl'));
    await openStore(join(folder, 'store'));
    return 'from the results, as after a loss of the index';
  },
  async report(folder) {
    const [written] = await writeReport(join(folder, 'store'), join(folder, 'report'));
    return `${written.trials} trials`;
  },
};

if (values.part) {
  const began = performance.now();
  const said = await parts[values.part](values.folder as string);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const cpu = process.resourceUsage();
  const used = ((cpu.userCPUTime + cpu.systemCPUTime) / 1e6).toFixed(1);
  const memory = Math.round(cpu.maxRSS / 1024);
  process.stdout.write(
    `${values.part.padEnd(12)} ${seconds.padStart(6)} s (${used} s of processor), ${memory} MB at most: ${said}\n`,
  );
} else {
  const folder = mkdtempSync(join(tmpdir(), 'fsad-big-'));
  try {
    for (const part of Object.keys(parts)) {
      const given = ['--part', part, '--folder', folder, '--trials', values.trials];
      execFileSync(process.execPath, [...process.execArgv, process.argv[1], ...given], { stdio: 'inherit' });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
