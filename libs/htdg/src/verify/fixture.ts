import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Image } from '@fsad/images';
import {
  channelsLast,
  publishedParameter,
  runningShapes,
  trainableShapes,
  type NetworkSpec,
  type NetworkState,
} from '@fsad/patch-network';
import { decodeSafetensors, type Tensor } from '@fsad/tensors';
import { fromTuple, type Transform } from '@fsad/transforms';

/** A fixture file: arrays the published implementation computed. */
export interface Fixture {
  /** File name, for messages. */
  readonly file: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Reads a fixture. @throws Error naming the file that is missing or broken. */
export async function readFixture(path: string): Promise<Fixture> {
  return { file: basename(path), ...decodeSafetensors(await readFile(path), path) };
}

/** The array `name` as stored. @throws Error naming the file and the array it lacks. */
export function stored(fixture: Fixture, name: string): Tensor {
  const found = fixture.tensors.get(name);
  if (!found) throw new Error(`${fixture.file}: there is no array ${name}`);
  return found;
}

/** The metadata entry `name`. @throws Error naming the file and the entry it lacks. */
export function note(fixture: Fixture, name: string): string {
  const found = fixture.metadata[name];
  if (found === undefined) throw new Error(`${fixture.file}: there is no metadata entry ${name}`);
  return found;
}

/** The images `name`, stored [n, c, h, w], as [n, h, w, c]. */
export function storedImages(fixture: Fixture, name: string): Tensor {
  return channelsLast(stored(fixture, name));
}

/** The 8-bit pictures `name`, stored [h, w, 3] or [n, h, w, 3]. */
export function storedPictures(fixture: Fixture, name: string): Image[] {
  const { shape, data } = stored(fixture, name);
  const [height, width, channels] = shape.slice(-3);
  if (channels !== 3) throw new Error(`${fixture.file}: ${name} is no RGB picture`);
  const size = height * width * channels;
  return Array.from({ length: data.length / size }, (_, i) => {
    return { width, height, channels, data: Uint8Array.from(data.subarray(i * size, (i + 1) * size)) };
  });
}

/** The transformations listed in the metadata. */
export function storedTransforms(fixture: Fixture): Transform[] {
  return (JSON.parse(note(fixture, 'tuples')) as number[][]).map(fromTuple);
}

/** An array of a network under our name for it; convolution weights as [3, 3, in, out]. */
export function storedParameter(fixture: Fixture, prefix: string, name: string): Tensor {
  const found = publishedParameter(fixture.tensors, prefix, name);
  if (!found) throw new Error(`${fixture.file}: there is no array for ${name} of network ${prefix}`);
  return found;
}

/** The spec of the network stored under `prefix`, and its weights and running statistics by our names. */
export function storedNetwork(fixture: Fixture, prefix: string): { spec: NetworkSpec; state: NetworkState } {
  const spec: NetworkSpec = {
    inputChannels: storedParameter(fixture, prefix, 'block0.conv.weight').shape[2],
    width: storedParameter(fixture, prefix, 'block0.conv.bias').shape[0],
    outputChannels: storedParameter(fixture, prefix, 'block4.conv.bias').shape[0],
    padding: 'valid',
  };
  const names = [...trainableShapes(spec).keys(), ...runningShapes(spec).keys()];
  return { spec, state: new Map(names.map((name) => [name, storedParameter(fixture, prefix, name)])) };
}

/** The trainable arrays a loss says something about: a convolution's bias before a batch norm has no gradient but rounding noise. */
export function meaningfulParameters(spec: NetworkSpec): string[] {
  return [...trainableShapes(spec).keys()].filter((name) => !/^block[0-3]\.conv\.bias$/.test(name));
}
