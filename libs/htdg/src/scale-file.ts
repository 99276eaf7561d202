import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { runningShapes, trainableShapes, type NetworkSpec, type NetworkState } from '@fsad/patch-network';
import {
  decodeSafetensors,
  encodeSafetensors,
  requireFinite,
  tensor,
  type Tensor,
  type TensorFile,
} from '@fsad/tensors';
import type { KeptStates, LossRow, ScaleCheckpoint, TrainedScale } from './model.ts';
import type { ScalePlan } from './scales.ts';

const LOSSES = ['real', 'fake', 'adversarial', 'reconstruction'] as const;

/** Which training a scale belongs to. */
export interface ScaleOwner {
  /** Of the training; see `ModelOrigin`. */
  readonly fingerprint: string;
  /** Digest of its configuration; left out by models of before. */
  readonly config?: string;
}

/** A finished scale as a safetensors file with its own checksum. */
export function encodeScale(n: number, scale: TrainedScale, { fingerprint, config }: ScaleOwner): Uint8Array {
  const tensors = new Map<string, Tensor>();
  put(tensors, 'discriminator', scale.discriminator);
  if (scale.generator) {
    const { state, amplitudes, fixedNoise } = scale.generator;
    put(tensors, 'generator', state);
    tensors.set('amplitudes', tensor([amplitudes.length], amplitudes));
    if (fixedNoise) tensors.set('fixedNoise', fixedNoise);
  }
  putKept(tensors, scale.kept);
  tensors.set('losses', encodeLosses(scale.losses));
  return encode(tensors, {
    scale: String(n),
    side: String(scale.side),
    fingerprint,
    ...(config && { config }),
  });
}

/**
 * The scale that `encodeScale` wrote.
 * @throws Error naming the file and what is wrong: truncated, altered, of another scale, a tensor missing, misshapen or not finite.
 */
export function decodeScale(content: Uint8Array, origin: string, n: number, plan: ScalePlan): TrainedScale {
  const { tensors, metadata } = decode(content, origin);
  if (metadata.scale !== String(n) || metadata.side !== String(plan.side)) {
    throw new Error(
      `${origin}: holds scale ${metadata.scale} of ${metadata.side} px, expected scale ${n} of ${plan.side} px`,
    );
  }
  // Losses are NaN where there was none.
  requireFinite(new Map([...tensors].filter(([name]) => name !== 'losses')), origin);
  const generator = plan.generator && {
    state: take(tensors, 'generator', plan.generator, origin),
    amplitudes: required(tensors, 'amplitudes', origin).data,
    fixedNoise: tensors.get('fixedNoise') ?? null,
  };
  return {
    side: plan.side,
    discriminator: take(tensors, 'discriminator', plan.discriminator, origin),
    generator,
    losses: decodeLosses(required(tensors, 'losses', origin)),
    kept: takeKept(tensors, plan.discriminator, origin),
  };
}

/** A scale in training as a safetensors file. */
export function encodeCheckpoint(checkpoint: ScaleCheckpoint, fingerprint: string): Uint8Array {
  const tensors = new Map<string, Tensor>();
  put(tensors, 'discriminator', checkpoint.discriminator);
  if (checkpoint.generator) put(tensors, 'generator', checkpoint.generator);
  putKept(tensors, checkpoint.kept);
  tensors.set('losses', encodeLosses(checkpoint.losses));
  return encode(tensors, { scale: String(checkpoint.n), fingerprint });
}

/** The checkpoint in `content` and whose training it belongs to. @throws Error when the file is damaged. */
export function decodeCheckpoint(
  content: Uint8Array,
  origin: string,
): { checkpoint: ScaleCheckpoint; fingerprint: string } {
  const { tensors, metadata } = decode(content, origin);
  const state = (prefix: string): NetworkState | null => {
    const found = pick(tensors, prefix);
    return found.size > 0 ? found : null;
  };
  const checkpoint: ScaleCheckpoint = {
    n: Number(metadata.scale),
    generator: state('generator'),
    discriminator: pick(tensors, 'discriminator'),
    kept: new Map(keptAfter(tensors).map((iterations) => [iterations, pick(tensors, keptName(iterations))])),
    losses: decodeLosses(required(tensors, 'losses', origin)),
  };
  return { checkpoint, fingerprint: metadata.fingerprint };
}

/** The training that a scale file says it belongs to. @throws Error when the file is damaged. */
export function ownerOf(content: Uint8Array, origin: string): ScaleOwner {
  const { fingerprint, config } = decode(content, origin).metadata;
  return { fingerprint, config };
}

function encode(tensors: ReadonlyMap<string, Tensor>, metadata: Record<string, string>): Uint8Array {
  return encodeSafetensors(tensors, { ...metadata, sha256: checksum(tensors) });
}

function decode(content: Uint8Array, origin: string): TensorFile {
  const file = decodeSafetensors(content, origin);
  if (file.metadata.sha256 !== checksum(file.tensors)) {
    throw new Error(`${origin}: damaged, its contents do not have the checksum they were written with`);
  }
  return file;
}

function checksum(tensors: ReadonlyMap<string, Tensor>): string {
  const hash = sha256.create();
  for (const [name, { shape, data }] of tensors) {
    hash.update(utf8ToBytes(JSON.stringify([name, shape])));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return bytesToHex(hash.digest());
}

function put(tensors: Map<string, Tensor>, prefix: string, state: NetworkState): void {
  for (const [name, value] of state) tensors.set(`${prefix}.${name}`, value);
}

function pick(tensors: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  const start = `${prefix}.`;
  return new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(start))
      .map(([name, value]) => [name.slice(start.length), value]),
  );
}

function take(
  tensors: ReadonlyMap<string, Tensor>,
  prefix: string,
  spec: NetworkSpec,
  origin: string,
): NetworkState {
  const state = pick(tensors, prefix);
  for (const [name, shape] of [...trainableShapes(spec), ...runningShapes(spec)]) {
    const found = required(state, name, `${origin}: ${prefix}`);
    if (found.shape.join() !== shape.join()) {
      throw new Error(
        `${origin}: ${prefix}.${name} has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
  }
  return state;
}

const keptName = (iterations: number): string => `after/${iterations}`;

function putKept(tensors: Map<string, Tensor>, kept: KeptStates): void {
  for (const [iterations, state] of kept) put(tensors, keptName(iterations), state);
}

function takeKept(tensors: ReadonlyMap<string, Tensor>, spec: NetworkSpec, origin: string): KeptStates {
  return new Map(
    keptAfter(tensors).map((iterations) => [iterations, take(tensors, keptName(iterations), spec, origin)]),
  );
}

/** The numbers of iterations whose states a file holds, in their order. */
function keptAfter(tensors: ReadonlyMap<string, Tensor>): number[] {
  const found = [...tensors.keys()].map((name) => /^after\/(\d+)\./.exec(name)?.[1]);
  return [...new Set(found.filter((text) => text !== undefined).map(Number))].sort((a, b) => a - b);
}

function required(tensors: ReadonlyMap<string, Tensor>, name: string, origin: string): Tensor {
  const found = tensors.get(name);
  if (!found) throw new Error(`${origin}: tensor ${name} is missing`);
  return found;
}

function encodeLosses(losses: readonly LossRow[]): Tensor {
  return tensor(
    [losses.length, LOSSES.length],
    Float32Array.from(losses.flatMap((row) => LOSSES.map((name) => row[name]))),
  );
}

function decodeLosses({ shape: [rows], data }: Tensor): LossRow[] {
  return Array.from({ length: rows }, (_, i) => {
    const [real, fake, adversarial, reconstruction] = data.subarray(
      i * LOSSES.length,
      (i + 1) * LOSSES.length,
    );
    return { real, fake, adversarial, reconstruction };
  });
}
