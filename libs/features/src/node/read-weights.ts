import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ReadWeights } from '../efficientnet-lite0.ts';

/** Reads the weight files that lie in this package. @throws Error saying how to make a file that is missing. */
export const readWeights: ReadWeights = async (file) => {
  const path = fileURLToPath(new URL(`../../weights/${file}`, import.meta.url));
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(
      `${path}: cannot be read; \`node libs/features/scripts/make-weights.mjs\` makes it again`,
      {
        cause: error,
      },
    );
  }
};
