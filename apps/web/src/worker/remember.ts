import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Detector, FitContext, Inspection } from '@fsad/detector';
import { joinPath, readIfThere, writeFolderAtomically } from '@fsad/files';
import type { Image } from '@fsad/images';
import { decodeSafetensors, encodeSafetensors, tensor } from '@fsad/tensors';

/**
 * A detector whose inspections are kept in a folder, by the pictures it was fitted on and those it looks at. What was asked before is answered from there, and only something new makes it fit:
 * so a calibration that was cut goes on where it was. The folder is one training's own.
 */
export function remembering(inner: Detector, folder: string): Detector {
  let fitted = '';
  let pending: (() => Promise<void>) | null = null;
  const ready = async (): Promise<void> => {
    const fit = pending;
    pending = null;
    await fit?.();
  };
  const inspect = async (images: readonly Image[], signal?: AbortSignal): Promise<Inspection> => {
    const name = `seen-${digestOf([fitted, picturesDigest(images)])}.safetensors`;
    const kept = await readIfThere(joinPath(folder, name));
    if (kept) return decode(kept);
    await ready();
    signal?.throwIfAborted();
    const found = await inner.inspect!(images, signal);
    await writeFolderAtomically(folder, new Map([[name, encode(found)]]));
    return found;
  };
  return {
    get channels() {
      return inner.channels;
    },
    async fit(images: readonly Image[], context: FitContext) {
      fitted = picturesDigest(images);
      const checkpoints = context.checkpoints ?? joinPath(folder, `fit-${fitted.slice(0, 16)}`);
      pending = () => inner.fit(images, { ...context, checkpoints });
      // The fit that a person watches is done at once; those of the calibration wait until they are asked something.
      if (context.checkpoints) await ready();
    },
    score: async (images, signal) => (await inspect(images, signal)).scores,
    localize: async (images, signal) => (await inspect(images, signal)).maps,
    inspect,
    save: (directory) => inner.save(directory),
    dispose: () => inner.dispose(),
  };
}

/** Identifies pictures by their pixels. */
export const picturesDigest = (images: readonly Image[]): string =>
  digestOf(
    images.map(({ width, height, channels, data }) => digestOf([`${width}x${height}x${channels}`], data)),
  );

function digestOf(parts: readonly string[], data: Uint8Array = new Uint8Array()): string {
  return bytesToHex(
    sha256
      .create()
      .update(utf8ToBytes(parts.join('\n')))
      .update(data)
      .digest(),
  );
}

function encode({ scores, maps }: Inspection): Uint8Array {
  // Scores in full: single precision would move thresholds.
  const exact = JSON.stringify(scores.map(({ value }) => value));
  const drawn = maps.map(
    ({ width, height, data }, i) => [`map/${i}`, tensor([height, width], data)] as const,
  );
  return encodeSafetensors(new Map(drawn), { scores: exact });
}

function decode(content: Uint8Array): Inspection {
  const { tensors, metadata } = decodeSafetensors(content);
  const scores = (JSON.parse(metadata.scores) as number[]).map((value) => ({ value }));
  const maps = [...tensors.values()].map(({ shape, data }) => ({ width: shape[1], height: shape[0], data }));
  return { scores, maps };
}
