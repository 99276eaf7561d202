import { z } from 'zod';

/** What an ONNX file does not say of itself: how pictures go in, and where feature maps come out. */
export interface OnnxDescription {
  /** The side in pixels that the network insists on; null where any will do. */
  readonly size: number | null;
  /** Taken from and divided out of levels in 0 .. 1, one number a colour. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Order of axes of the pixels, and of maps with four axes. */
  readonly layout: 'nchw' | 'nhwc';
  /** The input's name; null for the first. */
  readonly input: string | null;
  /** Outputs by name, in the order in which layers are counted; null for all. */
  readonly outputs: readonly string[] | null;
  /** Leading tokens of outputs with three axes that are no places of the picture: class and register tokens. */
  readonly skip: number;
}

const colours = z.array(z.number()).length(3);

/** ImageNet's normalisation, any side, channels first: what most exported networks take. */
const schema: z.ZodType<OnnxDescription> = z.strictObject({
  size: z.int().positive().nullable().default(null),
  mean: colours.default([0.485, 0.456, 0.406]),
  deviation: z.array(z.number().positive()).length(3).default([0.229, 0.224, 0.225]),
  layout: z.enum(['nchw', 'nhwc']).default('nchw'),
  input: z.string().nullable().default(null),
  outputs: z.array(z.string()).min(1).nullable().default(null),
  skip: z.int().nonnegative().default(0),
});

/** Completes and checks a description. @throws Error naming `origin` and every key that is unknown or ill-typed. */
export function parseDescription(input: unknown, origin: string): OnnxDescription {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const complaints = result.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new Error(`${origin}: ${complaints.join('; ')}`);
}
