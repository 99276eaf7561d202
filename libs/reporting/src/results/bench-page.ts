import { join } from 'node:path';
import { z } from 'zod';
import { readJsonLines } from './json-lines.ts';

/** One line of `measured.jsonl`: a row that `npm run bench` printed. */
const benchRow = z.object({
  commit: z.string(),
  what: z.string(),
  engine: z.string(),
  seconds: z.number(),
  gflops: z.number(),
  percentOfPeak: z.number(),
  /** PyTorch's seconds over ours, taking turns in one run; null where PyTorch has no counterpart. */
  timesPyTorch: z
    .object({ median: z.number(), least: z.number(), most: z.number(), channelsLast: z.number() })
    .nullable(),
  mebibytes: z.number(),
});

export type BenchRow = z.infer<typeof benchRow>;

/** The step all engines are compared by. */
const commonStep = 'discriminator-step/64x64/width-32';

/** What `npm run bench` printed. */
export function readBench(folder: string): Promise<BenchRow[]> {
  return readJsonLines(join(folder, 'measured.jsonl'), benchRow);
}

/** The page of what `npm run bench` printed, with what follows from it. */
export function benchPage(rows: readonly BenchRow[]): Map<string, string> {
  const commits = [...new Set(rows.map(({ commit }) => commit))];
  const parts = [
    '# How fast: steps, iterations, scoring\n',
    '```\nFSAD_PYTHON=venv/bin/python npm run bench -- --engine native      # venv with: pip install torch\nFSAD_PYTHON=venv/bin/python npm run bench -- --quick              # one comparable row an engine\n```\n',
    'An idle machine with two cores (Xeon with AVX-512), two threads, Node 20.20; PyTorch 2.15.0+cu132 at equal threads, taking turns with ours in the same run. GFLOP/s are nominal (separate copies, direct ' +
      "convolution), so that Winograd's form and shared canvases show as speed. Peak is a plain 3x3x32x32 loop on one thread in the same run: 173 GFLOP/s compiled natively, 34 as WebAssembly, 40 of those on Node 24. " +
      "Iterations are the networks' part of one iteration over all scales, RGB unless said; those without the generator are what `fast` does in four of five. Rows: `measured.jsonl`, as the program printed them.\n",
    ...commits.flatMap((commit) => [
      `Commit ${commit}:\n`,
      table(rows.filter((row) => row.commit === commit)),
    ]),
    'What it says:\n',
    `- The common step, 54 x 64 x 64 at width 32: ${ratios(rows)}. The least of these is what can be promised.`,
    `- Memory: ${Math.max(...rows.map(({ mebibytes }) => mebibytes))} MiB at most.`,
    `- Sharing alone, at equal scales and widths, \`official\` against five scales of \`fast\`: ${sharing(rows)}.`,
    '',
  ];
  return new Map([['README.md', parts.join('\n')]]);
}

function table(rows: readonly BenchRow[]): string {
  const lines = rows.map(({ what, engine, seconds, gflops, percentOfPeak, timesPyTorch, mebibytes }) => {
    const times = timesPyTorch
      ? `${timesPyTorch.median} (${timesPyTorch.least} to ${timesPyTorch.most}) | ${timesPyTorch.channelsLast}`
      : '– | –';
    return `| ${what} | ${engine} | ${seconds} | ${gflops} | ${percentOfPeak} % | ${times} | ${mebibytes} |`;
  });
  return [
    '| what | engine | seconds | GFLOP/s | of peak | times PyTorch (least to most) | its channels last | MiB |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
    '',
  ].join('\n');
}

function ratios(rows: readonly BenchRow[]): string {
  return rows
    .filter(({ what, timesPyTorch }) => what === commonStep && timesPyTorch)
    .map(
      ({ engine, commit, timesPyTorch: times }) =>
        `\`${engine}\` ${times!.median} times PyTorch (${times!.least} to ${times!.most}; ${commit})`,
    )
    .join(', ');
}

function sharing(rows: readonly BenchRow[]): string {
  const seconds = (what: string): number => rows.find((row) => row.what === what)?.seconds ?? NaN;
  const gain = (kind: string, colour: string): string =>
    (seconds(`${kind}/official${colour}`) / seconds(`${kind}/fast with five scales${colour}`)).toFixed(1);
  return (
    `${gain('iteration', '')} times with the generator and ${gain('iteration-without-generator', '')} without for RGB, ` +
    `${gain('iteration', ', grey')} and ${gain('iteration-without-generator', ', grey')} for grey`
  );
}
