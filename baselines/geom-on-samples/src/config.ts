import { z } from 'zod';
import { presets as geom, schema as geomSchema, type GeomConfig } from '@fsad/geom';
import { configSchema, presets as htdg, type HtdgConfig } from '@fsad/htdg';

export interface GeomOnSamplesConfig {
  /** What is trained on the k images; only its generator is used, so the variant without one is refused. */
  htdg: HtdgConfig;
  /** What is trained on the samples. */
  geom: GeomConfig;
  /** Images drawn from the finest scale, the k training images taking turns. */
  samples: number;
}

export const schema: z.ZodType<GeomOnSamplesConfig> = z.strictObject({
  htdg: configSchema.refine(({ variant }) => variant !== 'no-generator', {
    path: ['variant'],
    message: 'no-generator has no generator to draw samples from',
  }),
  geom: geomSchema,
  samples: z.int().positive(),
});

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
