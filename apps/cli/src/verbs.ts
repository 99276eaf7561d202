import type { CommandModule } from 'yargs';

/** A verb of the command line: what help says of it, and where it lies. */
interface Verb {
  readonly command: string;
  readonly describe: string;
  /** Imports its options and its work. */
  readonly load: () => Promise<unknown>;
}

/** One file a verb; help needs none of them, and a verb its own alone. */
const verbs: Readonly<Record<string, Verb>> = {
  train: {
    command: 'train',
    describe: 'Learn what is normal from one or a few pictures',
    load: async () => (await import('./commands/train.ts')).train,
  },
  score: {
    command: 'score <model> [pictures..]',
    describe: 'Score pictures, or a dataset’s test images with AUROC',
    load: async () => (await import('./commands/score.ts')).score,
  },
  calibrate: {
    command: 'calibrate <model>',
    describe: 'Set the threshold by pictures of your own, and say how often it errs',
    load: async () => (await import('./commands/calibrate.ts')).calibrate,
  },
  localize: {
    command: 'localize <model> <pictures..>',
    describe: 'Draw heat maps over pictures on one fixed scale, and write a page of them',
    load: async () => (await import('./commands/localize.ts')).localize,
  },
  serve: {
    command: 'serve <model>',
    describe: 'Answer pictures over HTTP with score, decision and map',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  watch: {
    command: 'watch <folder>',
    describe: 'Inspect pictures as they arrive in a folder, one line of CSV each',
    load: async () => (await import('./commands/watch.ts')).watch,
  },
  export: {
    command: 'export <model>',
    describe: 'Write a model as one ONNX file, for programs without fsad',
    load: async () => (await import('./commands/export.ts')).exportOnnx,
  },
  generate: {
    command: 'generate <model>',
    describe: 'Draw samples of every scale on a contact sheet',
    load: async () => (await import('./commands/generate.ts')).generate,
  },
  verify: {
    command: 'verify [fixtures]',
    describe: 'Replay arrays of the published code and print the largest errors',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  doctor: {
    command: 'doctor',
    describe: 'Show the engines this machine has, how fast they are, and how to get a faster one',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  init: {
    command: 'init <kind> <name>',
    describe: 'Write an experiment or a detector of your own to begin with',
    load: async () => (await import('./commands/init.ts')).init,
  },
  demo: {
    command: 'demo',
    describe:
      'Learn a generated part and a surface from one picture each, find defects in others, write pages about it',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  presets: {
    command: 'presets [name]',
    describe: 'List the presets of every method, or every key of one with its value and meaning',
    load: async () => (await import('./commands/presets.ts')).presets,
  },
  datasets: {
    command: 'datasets',
    describe: 'List, fetch, verify and look at datasets',
    load: async () => (await import('./commands/datasets.ts')).datasets,
  },
  compare: {
    command: 'compare',
    describe: 'Compare methods on the same splits, beside the paper’s numbers',
    load: async () => (await import('./commands/compare.ts')).compare,
  },
  run: {
    command: 'run <experiment>',
    describe: 'Run an experiment: plan it, do what the store lacks, keep every trial’s result',
    load: async () => (await import('./commands/run.ts')).run,
  },
  worker: {
    command: 'worker',
    describe: 'Take trials from the queue of a store until stopped; what is unfinished then goes back',
    load: async () => (await import('./commands/worker.ts')).worker,
  },
  bench: {
    command: 'bench',
    describe:
      'Time training steps, iterations and scoring on every engine, beside PyTorch where it is installed',
    load: async () => (await import('./commands/bench.ts')).bench,
  },
  report: {
    command: 'report',
    describe: 'Set the results of experiments beside the paper’s: pages, tables, figures, CSV',
    load: async () => (await import('./commands/report.ts')).report,
  },
  sync: {
    command: 'sync',
    describe: 'Tell an MLflow server everything in a store that it does not know yet',
    load: async () => (await import('./commands/sync.ts')).sync,
  },
};

/**
 * The verbs for yargs: the one that is asked for whole; the others, which are only listed, without options.
 * @param all completion asks for the options of every verb
 */
export function commandsFor(asked: string | undefined, all: boolean): Promise<CommandModule[]> {
  return Promise.all(
    Object.entries(verbs).map(async ([name, { command, describe, load }]) => ({
      command,
      describe,
      ...(all || name === asked ? ((await load()) as CommandModule) : { handler: () => undefined }),
    })),
  );
}
