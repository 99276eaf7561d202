import { z } from 'zod';

/** Everything that decides what the method computes, each key with its meaning. */
export const schema = z
  .strictObject({
    features: z.string().min(1).describe('`efficientnet-lite0`, or the path of an ONNX file.'),
    layers: z
      .array(z.int().nonnegative())
      .min(1)
      .describe(
        'Blocks of EfficientNet-Lite0 (0 .. 15) whose outputs are used; of an ONNX file its outputs, counted from 0.',
      ),
    size: z.int().min(32).describe('Side in pixels that pictures are resized to.'),
    crop: z
      .int()
      .min(32)
      .nullable()
      .describe('Side in pixels of the middle that is kept of the resized picture; null keeps all.'),
    upright: z
      .boolean()
      .describe(
        'Whether a long thing on a plain background is found, turned upright and made to fill the square, where every training picture shows one and they do not all lie the same way. It enters the bank turned by half too, and by no other turns.',
      ),
    grid: z.int().positive().describe('Patches along a side; 1 takes the mean of the whole picture.'),
    neighbourhood: z.int().positive().describe('Side of the neighbourhood whose features are averaged; odd.'),
    softness: z
      .number()
      .positive()
      .nullable()
      .describe(
        'Features less what is usual in the training pictures, layer by layer brought to lengths below 1, the more slowly the larger this is; null takes them as they are.',
      ),
    apart: z
      .boolean()
      .describe(
        'Whether each layer finds its own nearest patch, and their distances are added; else one patch is the nearest in all layers together.',
      ),
    surface: z
      .strictObject({
        share: z.number().positive().max(1),
        layers: z.array(z.int().nonnegative()).min(1).nullable(),
        border: z.int().nonnegative(),
      })
      .nullable()
      .describe(
        'Where less than `share` of that lies between large places (8 x 8 of them), the pictures are of a surface that looks alike everywhere. Of its features those of `layers` are compared, or the same as of things (null); its distances within `border` cells of the border are divided by how much larger they usually are there than inside, and its score is less their median. Others show a thing, whose features are not lessened by their mean. Null takes all for surfaces without either; needs `softness`, `border` needs `own`.',
      ),
    turns: z
      .int()
      .positive()
      .describe(
        'Evenly spaced turns at which each training picture enters the bank; fewer when there would be more than `views` pictures.',
      ),
    mirrored: z.boolean().describe('Whether each training picture enters the bank mirrored too.'),
    views: z
      .int()
      .positive()
      .describe(
        'Training pictures in the bank at most, turned and mirrored ones counted; fewer turns when there would be more.',
      ),
    retrieve: z
      .int()
      .positive()
      .nullable()
      .describe(
        'A picture is compared with this many training pictures at most, those that resemble it most, each in the view that does; null compares with all patches.',
      ),
    own: z
      .strictObject({ radius: z.int().nonnegative(), doubt: z.number().nonnegative() })
      .nullable()
      .describe(
        'A patch is also compared with those of its own picture more than `radius` cells away, so that a surface that repeats itself explains itself. A picture whose median distance to the bank is larger than that of a training picture to another view of it is a stranger, and `doubt` times the difference is added to its own distances. Null for never; needs `retrieve`.',
      ),
    coreset: z
      .strictObject({
        fraction: z.number().positive().max(1),
        limit: z.int().positive(),
        projection: z.int().nonnegative(),
      })
      .describe(
        'The bank keeps this share of all patches, about `limit` at most, chosen in a projection to `projection` numbers (0 for none).',
      ),
    score: z
      .strictObject({
        block: z.int().positive(),
        fraction: z.number().positive().max(1),
        neighbours: z.int().nonnegative(),
      })
      .describe(
        'The picture’s score is the mean over this share of its largest patch distances, one at least, each averaged over `block` x `block` patches side by side (1 for none); with `neighbours` above 0 it is the largest alone, weighted by how usual the patch it is nearest to is among that many neighbours in the bank.',
      ),
    blur: z
      .number()
      .nonnegative()
      .describe('Deviation in pixels of the Gaussian that smooths maps; 0 for none.'),
  })
  .refine(({ neighbourhood }) => neighbourhood % 2 === 1, {
    path: ['neighbourhood'],
    message: 'must be odd, so that a patch lies in its middle',
  })
  .refine(({ own, retrieve }) => own === null || retrieve !== null, {
    path: ['own'],
    message: 'needs `retrieve`, which keeps the views of the training pictures apart',
  })
  .refine(({ apart, score }) => !apart || score.neighbours === 0, {
    path: ['apart'],
    message: 'needs `score.neighbours` to be 0, as there is no one nearest patch',
  })
  .refine(({ score, grid }) => score.block <= grid && (score.block === 1 || score.neighbours === 0), {
    path: ['score', 'block'],
    message: 'cannot be larger than `grid`, and needs `score.neighbours` to be 0 unless it is 1',
  })
  .refine(({ surface, softness }) => surface === null || softness !== null, {
    path: ['surface'],
    message: 'needs `softness`, which says what is taken from the features of a surface',
  })
  .refine(({ surface, own }) => surface === null || surface.border === 0 || own !== null, {
    path: ['surface', 'border'],
    message: 'needs `own`, whose distances say what is usual at the border',
  })
  .refine(({ upright, crop }) => !upright || crop === null, {
    path: ['upright'],
    message:
      'needs `crop` to be null, as what is upright fills the square already; set one of them, or upright=false',
  })
  .refine(({ size, crop }) => crop === null || crop <= size, {
    path: ['crop'],
    message: 'cannot keep more than `size` pixels',
  });

export type PatchCoreConfig = z.infer<typeof schema>;

/** The paper's settings, on blocks of the strides of the layers it takes from WideResNet-50 (8 and 16). */
const official: PatchCoreConfig = {
  features: 'efficientnet-lite0',
  layers: [4, 10],
  size: 256,
  crop: 224,
  upright: false,
  grid: 28,
  neighbourhood: 3,
  softness: null,
  apart: false,
  surface: null,
  turns: 1,
  mirrored: false,
  views: 1,
  retrieve: null,
  own: null,
  coreset: { fraction: 0.1, limit: 4096, projection: 128 },
  score: { block: 1, fraction: 1e-9, neighbours: 9 },
  blur: 4,
};

/** Ours, for a few pictures of one's own. */
const fewShot: PatchCoreConfig = {
  ...official,
  layers: [2, 4, 10],
  size: 320,
  crop: null,
  upright: true,
  grid: 40,
  softness: 1,
  apart: true,
  surface: { share: 0.42, layers: [0, 2, 4], border: 8 },
  turns: 8,
  views: 24,
  retrieve: 3,
  own: { radius: 3, doubt: 2 },
  coreset: { fraction: 1, limit: 80_000, projection: 32 },
  score: { block: 2, fraction: 0.00125, neighbours: 0 },
};

/** For one class against others: the whole picture as one patch of the last block. */
const global: PatchCoreConfig = {
  ...official,
  layers: [15],
  size: 224,
  crop: null,
  grid: 1,
  neighbourhood: 1,
  coreset: { fraction: 1, limit: 4096, projection: 32 },
  score: { block: 1, fraction: 1, neighbours: 0 },
  blur: 0,
};

export const presets = {
  official,
  'few-shot': fewShot,
  global,
  smoke: {
    ...fewShot,
    size: 64,
    grid: 8,
    turns: 2,
    own: null,
    surface: { share: 0.42, layers: [0, 2, 4], border: 0 },
  },
} satisfies Record<string, PatchCoreConfig>;
