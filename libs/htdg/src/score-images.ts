import type { Inspection, Score } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { patchSide, type DiscriminatorNetwork, type Engine } from '@fsad/patch-network';
import { testPyramid } from '@fsad/pyramid';
import { anomalyScores, localise, scaleNormality, type ScaleProbabilities } from '@fsad/scoring';
import type { HtdgConfig } from './config.ts';
import type { HtdgModel } from './model.ts';
import { planScales, pyramidOf, type ScalePlan } from './scales.ts';

/** Images scored together; bounds the memory of one pass. */
const TOGETHER = 4;

/** The discriminators D^0 .. D^N of a model, loaded once to score many images. */
export class Scorer {
  readonly #config: HtdgConfig;
  readonly #scales: readonly { plan: ScalePlan; network: DiscriminatorNetwork }[];

  private constructor(
    config: HtdgConfig,
    scales: readonly { plan: ScalePlan; network: DiscriminatorNetwork }[],
  ) {
    this.#config = config;
    this.#scales = scales;
  }

  static async open(engine: Engine, { config, origin, scales }: HtdgModel): Promise<Scorer> {
    const opened = [];
    for (const [n, plan] of planScales(config, origin.colour).entries()) {
      const network = await engine.createDiscriminator(plan.discriminator, scales[n].discriminator);
      opened.push({ plan, network });
    }
    return new Scorer(config, opened);
  }

  /** Anomaly scores in order (Eq. 12, Sec. 3.3), by scale and by fraction of patches too. */
  async score(images: readonly Image[], signal?: AbortSignal): Promise<Score[]> {
    return this.#inGroups(images, signal, (scales) => this.#scores(scales));
  }

  /** Scores and, from the same pass, anomaly maps of the finest scale, of the patches that make the score (Sec. 4.2). */
  async inspect(images: readonly Image[], signal?: AbortSignal): Promise<Inspection> {
    const found = await this.#inGroups(images, signal, (scales) => {
      const maps = localise(scales[scales.length - 1], this.#config.scoring.fraction);
      return this.#scores(scales).map((score, i) => ({ score, map: maps[i] }));
    });
    return { scores: found.map(({ score }) => score), maps: found.map(({ map }) => map) };
  }

  dispose(): void {
    for (const { network } of this.#scales) network.dispose();
  }

  #scores(scales: readonly ScaleProbabilities[]): Score[] {
    const { scoring } = this.#config;
    const fractions = [...new Set([scoring.fraction, ...scoring.fractions])];
    const normality = scales.map(({ plan, probabilities, count }) =>
      scaleNormality(probabilities, count, this.#patches(plan.side), fractions, scoring),
    );
    return anomalyScores(normality, fractions, scoring.fraction, scoring);
  }

  /** P, the patches of a copy of side S. */
  #patches(side: number): number {
    return patchSide(this.#config.network, side) ** 2;
  }

  async #inGroups<Result>(
    images: readonly Image[],
    signal: AbortSignal | undefined,
    use: (scales: readonly ScaleProbabilities[]) => Result[],
  ): Promise<Result[]> {
    const results: Result[] = [];
    for (let start = 0; start < images.length; start += TOGETHER) {
      const group = images.slice(start, start + TOGETHER);
      const pyramid = testPyramid(group, pyramidOf(this.#config));
      const scales: ScaleProbabilities[] = [];
      for (const [n, { plan, network }] of this.#scales.entries()) {
        signal?.throwIfAborted();
        const { probePlan, excludedLabel } = plan.task;
        const probabilities = await network.score(plan.task.probe(pyramid[n]), excludedLabel);
        scales.push({ plan: probePlan, probabilities, count: group.length });
      }
      results.push(...use(scales));
    }
    return results;
  }
}
