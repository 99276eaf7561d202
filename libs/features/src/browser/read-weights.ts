import type { ReadWeights } from '../efficientnet-lite0.ts';

/** The blocks that the default of the default method needs; the others are three fourths of the bytes. */
const file = 'efficientnet-lite0-blocks-0-10.safetensors';
const address = new URL('../../weights/efficientnet-lite0-blocks-0-10.safetensors', import.meta.url);

let fetched: Promise<Uint8Array> | null = null;

/** The weight file that comes with the page, fetched once. @throws Error for another one, or when it cannot be fetched. */
export const readWeights: ReadWeights = (asked) => {
  if (asked === file) return (fetched ??= fetchWeights());
  const why = 'the page has blocks 0 to 10 of EfficientNet-Lite0, and this model needs later ones';
  return Promise.reject(new Error(`${why}: score with it by the command line`));
};

async function fetchWeights(): Promise<Uint8Array> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${file}: cannot be fetched (${answer.status} ${answer.statusText})`);
  return new Uint8Array(await answer.arrayBuffer());
}
