import type { Budget } from '@fsad/runner';
import { publishedTable, type PublishedKind, type PublishedTable } from '../published.ts';
import { datasetName } from '../words.ts';
import { claimAbove, type Claim } from './claims.ts';
import { pairedDifference, sameClass, select, type Point, type Where } from './measured.ts';

/** A table or figure of the paper that an experiment repeats. */
export interface PaperPage {
  /** Name of the experiment and of the page's folder. */
  readonly experiment: string;
  readonly heading: string;
  /** What the paper shows there, in one or two sentences. */
  readonly about: string;
  readonly command: string;
  readonly kind: PublishedKind;
  readonly settings: readonly { readonly dataset: string; readonly shots: readonly number[] }[];
  /** What the paper says in words. */
  readonly claims: (points: readonly Point[], budget: Budget) => readonly Claim[];
}

/** The printed tables a page repeats. */
export function publishedTables({ kind, settings }: PaperPage): PublishedTable[] {
  return settings.flatMap(({ dataset, shots }) =>
    shots.flatMap((count) => publishedTable(kind, dataset, count) ?? []),
  );
}

const ablation: PaperPage = {
  experiment: 'ablation-table-1',
  heading: 'Table 1: what the generator, the transformations and the scales are worth',
  about:
    'Table 1 and supplementary Table 6 of the paper: the full method on CIFAR10 and what is left of it without its generator (a), with transformations not told apart (b) or as ' +
    'augmentation (c), with one scale (d, e), with pixel distances (f), and GEOM on its samples (g).',
  command: 'npx fsad run experiments/ablation-table-1.ts --budget reduced --data data/cifar-10-batches-bin',
  kind: 'ablation',
  settings: [{ dataset: 'cifar10', shots: [1, 5] }],
  claims(points, budget) {
    return [1, 5].flatMap((shots): Claim[] => {
      const at = select(points, { budget, shots });
      if (at.length === 0) return [];
      const column = (variant: string): Point[] => select(at, { variant });
      const without = (variants: readonly string[]) =>
        variants.map((variant) => ({
          name: `full − (${variant})`,
          by: pairedDifference(column('full'), column(variant)),
        }));
      const beyond = (letter: string, others: readonly string[]) =>
        others.map((other) => ({
          name: `(${other}) − (${letter})`,
          by: pairedDifference(column(other), column(letter)),
        }));
      const where = `${shots}-shot`;
      return [
        claimAbove('the generator matters (G)', where, without(['a'])),
        claimAbove('telling transformations apart matters (T)', where, without(['b', 'c'])),
        claimAbove('the hierarchy of scales matters (H)', where, without(['d', 'e'])),
        claimAbove('the hierarchy matters most', where, [
          ...beyond('d', ['a', 'b', 'c']),
          ...beyond('e', ['a', 'b', 'c']),
        ]),
        claimAbove('pixel distances do worse', where, without(['f'])),
        claimAbove('GEOM on its samples is less effective', where, without(['g'])),
      ];
    });
  },
};

const baselines = ['patch-svdd', 'drocc', 'deep-svdd', 'geom', 'goad'];

function beatsAll(points: readonly Point[], where: Where, ours: Where, others: readonly string[], what: string) {
  const at = select(points, where);
  const own = select(at, ours);
  const differences = others.map((detector) => ({
    name: `HTDG − ${detector}`,
    by: pairedDifference(own, select(at, { detector })),
  }));
  return claimAbove(what, `${datasetName(where.dataset ?? '')}, ${where.shots}-shot`, differences);
}

function moreShots(points: readonly Point[], where: Where, steps: readonly (readonly [number, number])[]): Claim {
  const at = select(points, where);
  const differences = steps.map(([few, many]) => ({
    name: `${many} − ${few}`,
    by: pairedDifference(select(at, { shots: many }), select(at, { shots: few }), sameClass),
  }));
  return claimAbove('more training images help HTDG', datasetName(where.dataset ?? ''), differences);
}

const anomaly: PaperPage = {
  experiment: 'anomaly-detection',
  heading: 'Figure 2: every method on four datasets',
  about:
    'Figure 2 and supplementary Tables 1 to 3: HTDG and five baselines on Paris, CIFAR10, FashionMNIST and MNIST with 1, 5 and 10 training images. Two floors that the paper does not ' +
    'have stand beside them: the squared difference to the mean (`pixel-mse`) and to the nearest training image (`nearest-pixel`).',
  command:
    'npx fsad run experiments/anomaly-detection.ts --budget reduced --where shots=1 --where dataset=mnist --data data/mnist',
  kind: 'methods',
  settings: ['paris', 'cifar10', 'fashion-mnist', 'mnist'].map((dataset) => ({ dataset, shots: [1, 5, 10] })),
  claims(points, budget) {
    const claims: Claim[] = [];
    for (const { dataset, shots } of this.settings) {
      const here = select(points, { budget, dataset, detector: 'htdg' });
      for (const count of shots) {
        if (select(here, { shots: count }).length === 0) continue;
        const where = { budget, dataset, shots: count };
        const ours = { detector: 'htdg', variant: 'full' };
        claims.push(
          beatsAll(points, where, ours, baselines, 'HTDG is above every baseline'),
          beatsAll(points, where, ours, ['pixel-mse'], '(not in the paper) HTDG is above a pixel distance'),
        );
      }
      if (here.length > 0 && new Set(here.map(({ cell }) => cell.shots)).size > 1) {
        claims.push(moreShots(points, { budget, dataset, detector: 'htdg' }, [
          [1, 5],
          [5, 10],
        ]));
      }
    }
    return claims;
  },
};

const shotsCifar10: PaperPage = {
  experiment: 'shots-cifar10',
  heading: 'Figure 4: what more training images bring',
  about: 'Figure 4 and supplementary Table 4: six methods on CIFAR10 with 1 to 80 training images.',
  command:
    'npx fsad run experiments/shots-cifar10.ts --budget reduced --where class=airplane --data data/cifar-10-batches-bin',
  kind: 'methods',
  settings: [{ dataset: 'cifar10', shots: [1, 5, 10, 50, 80] }],
  claims(points, budget) {
    if (select(points, { budget, detector: 'htdg' }).length === 0) return [];
    return [
      moreShots(points, { budget, dataset: 'cifar10', detector: 'htdg' }, [
        [1, 5],
        [5, 10],
        [10, 50],
        [50, 80],
      ]),
    ];
  },
};

const defectBaselines = ['differnet', ...baselines];

const defects: PaperPage = {
  experiment: 'defect-detection',
  heading: 'Figure 5: defects',
  about:
    'Figure 5 and supplementary Table 5: eight methods on MVTec AD. Ours1 takes every transformation, Ours2 the four rotations; both score the least normal patches.',
  command: 'npx fsad run experiments/defect-detection.ts --budget reduced --where class=grid --data data/mvtec',
  kind: 'methods',
  settings: [{ dataset: 'mvtec', shots: [1, 5, 10] }],
  claims(points, budget) {
    return [1, 5, 10].flatMap((shots): Claim[] => {
      const at = select(points, { budget, shots });
      if (select(at, { detector: 'htdg' }).length === 0) return [];
      const where = { budget, dataset: 'mvtec', shots };
      return [
        beatsAll(points, where, { variant: 'ours2' }, defectBaselines, 'Ours2 is above every baseline'),
        claimAbove('rotations alone are better than all transformations', `MVTec AD, ${shots}-shot`, [
          {
            name: 'Ours2 − Ours1',
            by: pairedDifference(select(at, { variant: 'ours2' }), select(at, { variant: 'ours1' })),
          },
        ]),
      ];
    });
  },
};

const patches: PaperPage = {
  experiment: 'mvtec-patch-percentage',
  heading: 'Figure 7: how large a part of the patches should make the score',
  about:
    'Figure 7 and supplementary Table 7: the four-rotation models of MVTec AD scored by the 1 to 100 % least normal patches. One training and one scoring pass a trial serve all fractions.',
  command:
    'npx fsad run experiments/mvtec-patch-percentage.ts --budget reduced --where class=grid,screw --data data/mvtec',
  kind: 'patches',
  settings: [{ dataset: 'mvtec', shots: [1, 5, 10] }],
  claims(points, budget) {
    return [1, 5, 10].flatMap((shots): Claim[] => {
      const at = select(points, { budget, shots, variant: 'ours2' });
      if (at.length === 0) return [];
      const fraction = (name: string) => (point: Point) => 100 * point.fractions[name];
      const best = shots === 1 ? '0.05' : '0.1';
      const than = (other: string, name: string) => ({
        name,
        by: pairedDifference(at, at, undefined, fraction(best), fraction(other)),
      });
      const where = `MVTec AD, ${shots}-shot`;
      return [
        claimAbove('few patches are better than all', where, [than('1', `${100 * Number(best)} % − 100 %`)]),
        claimAbove(`${100 * Number(best)} % is best`, where, [
          ...['0.01', '0.05', '0.1', '0.2', '0.5']
            .filter((other) => other !== best)
            .map((other) => than(other, `over ${100 * Number(other)} %`)),
        ]),
      ];
    });
  },
};

const qualitative: PaperPage = {
  experiment: 'qualitative',
  heading: 'Figure 3: what one-shot models generate, find and miss',
  about:
    'Figure 3 of the paper shows what models of Paris landmarks generate, and pictures they judge rightly and wrongly; it prints no numbers. Such pictures are of Paris itself, which is not in this repository: the command writes ' +
    'them into a store, and `fsad report --store STORE` shows them, the samples of every model and the most certain pictures of each outcome. What is here is how well the models tell pictures apart.',
  command: 'npx fsad run experiments/qualitative.ts --budget reduced --where class=louvre --data data/paris',
  kind: 'methods',
  settings: [],
  claims: () => [],
};

const localisation: PaperPage = {
  experiment: 'localisation',
  heading: 'Figure 6: where the defects are',
  about:
    'Figure 6 of the paper shows three pictures with the maps of HTDG and of DifferNet, and prints no numbers. Here the maps of one-shot models are measured against every mask: AUROC over pixels, and the overlap ' +
    'per region (PRO).',
  command: 'npx fsad run experiments/localisation.ts --budget reduced --where class=grid,screw --data data/mvtec',
  kind: 'methods',
  settings: [],
  claims(points, budget) {
    if (select(points, { budget, detector: 'htdg' }).length === 0) return [];
    const pixel = (point: Point): number => 100 * (point.record.metrics?.pixel?.auroc ?? NaN);
    const measured = points.filter(({ cell, record }) => cell.budget === budget && record.metrics?.pixel);
    return ['ours1', 'ours2'].map((variant) =>
      claimAbove('its maps cover the defects better than other methods’', 'MVTec AD, 1-shot', [
        {
          name: `${variant} − patch-svdd, pixel AUROC`,
          by: pairedDifference(
            select(measured, { variant }),
            select(measured, { detector: 'patch-svdd' }),
            undefined,
            pixel,
          ),
        },
      ]),
    );
  },
};

/** The paper's tables and figures, in its order. */
export const paperPages: readonly PaperPage[] = [
  ablation,
  anomaly,
  qualitative,
  shotsCifar10,
  defects,
  localisation,
  patches,
];
