import { z } from 'zod';
import { presets as geom, schema as geomSchema } from '@fsad/geom';
import { configSchema, presets as htdg, type HtdgConfig } from '@fsad/htdg';

/** Everything that decides what the method computes, each key with its meaning. */
export const schema = z.strictObject({
  htdg: configSchema
    .refine(({ variant }) => variant !== 'no-generator', {
      path: ['variant'],
      message: 'no-generator has no generator to draw samples from',
    })
    .describe(
      'What is trained on the k images; only its generator is used, so the variant without one is refused.',
    ),
  geom: geomSchema.describe('What is trained on the samples.'),
  samples: z
    .int()
    .positive()
    .describe('Images drawn from the finest scale, the k training images taking turns.'),
});

export type GeomOnSamplesConfig = z.infer<typeof schema>;

/** Sec. 4.3 and Table 1 (g): 6,000 samples. */
const SAMPLES = 6000;

const smokeHtdg: HtdgConfig = {
  ...htdg['fast-rotations'],
  pyramid: { ...htdg['fast-rotations'].pyramid, sizes: [26, 32] },
  network: { ...htdg['fast-rotations'].network, widths: [8, 8] },
  training: { ...htdg['fast-rotations'].training, iterations: { grey: 20, rgb: 20 } },
};

export const presets = {
  /** Both published programs to the number; GEOM's 3 epochs are 10,125 steps here. */
  official: { htdg: htdg.official, geom: geom.official, samples: SAMPLES },
  /** GEOM within the step budget it has on the k images themselves. */
  'few-shot': { htdg: htdg.fast, geom: geom['few-shot'], samples: SAMPLES },
  smoke: { htdg: smokeHtdg, geom: geom.smoke, samples: 20 },
} satisfies Record<string, GeomOnSamplesConfig>;
