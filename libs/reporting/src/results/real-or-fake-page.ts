import { join } from 'node:path';
import { leastTrials, pairedDifference, summarize } from '@fsad/metrics';
import { z } from 'zod';
import { groupBy } from '../comparison-table.ts';
import { markdownTable } from '../experiment-tables.ts';
import { counted, signed, signedGap } from '../words.ts';
import { readJsonLines } from './json-lines.ts';
import { percent } from './own-pictures-records.ts';

/** One line of `validation.jsonl`, which `experiments/tuning/real-or-fake.ts` writes: a training scored in every way. */
const row = z.object({
  variant: z.string(),
  iterations: z.number(),
  class: z.string(),
  trial: z.number(),
  images: z.number(),
  aurocs: z.record(z.string(), z.number()),
});

type Row = z.infer<typeof row>;

/** The way that Table 1's (b) and (c) are scored here. */
const taken = 'probability';

/** The page of the ways to score a discriminator of real and fake. */
export async function realOrFakePage(folder: string, reading: string | null): Promise<Map<string, string>> {
  const rows = await readJsonLines(join(folder, 'validation.jsonl'), row);
  const parts = [
    '# Real or fake: how (b) and (c) of Table 1 may be scored\n',
    'Without transformations to tell apart, the discriminator says of a patch only how probably it is real, and the paper does not say how a score is made of that; by the letter of Eq. 12 it would be constant. Here some ways are tried on the same models: ' +
      'the mean over patches and scales of the probability (what [Table 1](../ablation-table-1) takes), of its logarithm, of its logit, of the least tenth of the patches, and for (c), which learns from transformed pictures, over all transformed copies.\n',
    'CIFAR10, one training image, trials 90 and 91, which no result reports, and where it says so trials 0 and 1, whose pictures Table 1 has; 300 reserved validation images each; test images stayed closed. The preset `fast`, with so many iterations.\n',
    '```\nnpx tsx experiments/tuning/real-or-fake.ts --data data/cifar-10-batches-bin --out results/real-or-fake/validation.jsonl      # one line a (variant, class, trial)\n' +
      '# the same with --variants b --iterations 1000, and with --variants c --trials 0,1\n' +
      'npm run results                                                                                                           # this page\n```\n',
    ...(reading ? ['## Reading\n', `${reading.trim()}\n`] : []),
    '## By way\n',
    'AUROC in percent, mean over the trainings; the difference from the probability is between scores of the same training, with Student’s 95 % interval over classes.\n',
    wayTable(rows),
    '## By class\n',
    `AUROC in percent of the two trainings of each class, by the ${taken}.\n`,
    classTable(rows),
  ];
  return new Map([['README.md', parts.join('\n')]]);
}

const nameOf = ({ variant, iterations, trial }: Row): string =>
  `(${variant}), ${counted(iterations, 'iteration')}${trial < 10 ? ', pictures of Table 1' : ''}`;

function wayTable(rows: readonly Row[]): string {
  const lines = [...groupBy(rows, nameOf)].flatMap(([name, members]) =>
    Object.keys(members[0].aurocs).map((way) => {
      const { mean, std } = summarize(members.map(({ aurocs }) => aurocs[way]));
      const cells = [percent(mean), std === null ? '–' : percent(std), differenceOf(members, way)];
      return [name, way, String(members.length), ...cells];
    }),
  );
  const head = ['variant', 'scored by', 'trainings', 'AUROC', 'std', `minus by ${taken}`];
  return markdownTable({ head, textColumns: 2, rows: lines, notes: [] });
}

function differenceOf(members: readonly Row[], way: string): string {
  if (way === taken || members.length < leastTrials) return '–';
  const percents = (of: string): number[] => members.map(({ aurocs }) => 100 * aurocs[of]);
  const strata = members.map((one) => one.class);
  const { mean, interval } = pairedDifference(percents(way), percents(taken), { strata, range: [-100, 100] });
  return interval ? signedGap({ mean, interval }) : signed(mean);
}

function classTable(rows: readonly Row[]): string {
  const byName = groupBy(rows, nameOf);
  const classes = [...new Set(rows.map((one) => one.class))].sort();
  const lines = classes.map((name) => [
    name,
    ...[...byName.values()].map((members) =>
      members
        .filter((one) => one.class === name)
        .map(({ aurocs }) => percent(aurocs[taken]))
        .join(', '),
    ),
  ]);
  return markdownTable({ head: ['class', ...byName.keys()], textColumns: 1, rows: lines, notes: [] });
}
