import type { Engine } from '@fsad/patch-network';
import { finest, officialPyramid, testPyramid, testSource } from '@fsad/pyramid';
import { combineScales, officialScore, scaleNormality } from '@fsad/scoring';
import { planCopies, transformedBatch } from '@fsad/transforms';
import { largestDifference, type FixtureCheck } from './check.ts';
import {
  note,
  readFixture,
  stored,
  storedImages,
  storedNetwork,
  storedPictures,
  storedTransforms,
} from './fixture.ts';

const RESIZE_TOLERANCE = 1e-6;
const SCORE_TOLERANCE = 1e-5;

/** Replays `scores_*`: from 8-bit pictures to the score of every scale and of all, for several fractions of patches. */
export async function verifyScores(path: string, engine: Engine): Promise<FixtureCheck[]> {
  const fixture = await readFixture(path);
  const pictures = storedPictures(fixture, 'images_u8_nhwc');
  const fractions = JSON.parse(note(fixture, 'fractions')) as number[];
  const transforms = storedTransforms(fixture);
  const labels = transforms.map((_, i) => i);
  const normality: Float64Array[][] = [];
  for (const [n, images] of testPyramid(pictures, officialPyramid).entries()) {
    const { spec, state } = storedNetwork(fixture, `scale${n}`);
    const plan = planCopies(transforms, images.shape[1], 'official', 'separate');
    const network = await engine.createDiscriminator(spec, state);
    try {
      const batch = transformedBatch(plan, images, labels);
      const probabilities = await network.score(batch, transforms.length);
      const patches = probabilities[0].length / pictures.length;
      normality.push(scaleNormality(probabilities, pictures.length, patches, fractions, officialScore));
    } finally {
      network.dispose();
    }
  }
  const perScale = pictures.flatMap((_, i) => normality.flatMap((scale) => [...scale[i]]));
  const whole = pictures.flatMap((_, i) =>
    fractions.map((_, f) =>
      combineScales(
        normality.map((scale) => scale[i][f]),
        officialScore,
      ),
    ),
  );
  const source = testSource(pictures[0], officialPyramid);
  const check = (
    quantity: string,
    ours: ArrayLike<number>,
    theirs: Float32Array,
    tolerance: number,
  ): FixtureCheck => {
    return { file: fixture.file, quantity, largestError: largestDifference(ours, theirs), tolerance };
  };
  return [
    check(
      'first image at 128',
      source.data,
      storedImages(fixture, 'image0_at_128_nchw').data,
      RESIZE_TOLERANCE,
    ),
    check(
      'first image at 64',
      finest(source, officialPyramid).data,
      storedImages(fixture, 'image0_at_64_nchw').data,
      RESIZE_TOLERANCE,
    ),
    check(
      'score of each scale',
      perScale,
      stored(fixture, 'score_per_scale_n_scale_fraction').data,
      SCORE_TOLERANCE,
    ),
    check('score', whole, stored(fixture, 'score_n_fraction').data, SCORE_TOLERANCE),
  ];
}
