import {
  runningShapes,
  trainableShapes,
  type Batch,
  type NetworkSpec,
  type NetworkState,
} from '@fsad/patch-network';
import type { CopyPlan } from '@fsad/transforms';
import type { RandomStream, Tensor } from '@fsad/tensors';

/** Transformed copies of k images, ready to be labelled, and the way back for gradients. */
export interface Copies {
  /** Labelled as copies of real images; the generator's target is the same (Eq. 3, 5). */
  real(): Batch;
  /** Labelled as fake (Eq. 4). @throws Error for a task without a fake class. */
  fake(): Batch;
  /** Gradients at the copies, as `DiscriminatorNetwork.inputGradient` gives them, brought back to the images [k, S, S, 3]. */
  imageGradient(canvasGradients: readonly Float32Array[]): Tensor;
}

/** What the patch discriminator of one scale must tell apart (Sec. 3.1; the ablations of Sec. 4.3 change just this). */
export interface PatchTask {
  /** Output channels of the discriminator. */
  readonly outputs: number;
  /** The class left out of the softmax when scoring (Eq. 12); null: none. */
  readonly excludedLabel: number | null;
  /** Whether equal images give equal copies every time, so that the real ones need to be made once. */
  readonly fixed: boolean;
  /** Copies to train on; `stream` opens the randomness of this one draw. */
  copies(images: Tensor, stream: () => RandomStream): Copies;
  /** How the copies to score lie on canvases. */
  readonly probePlan: CopyPlan;
  /** Copies to score, labelled with what a normal patch would be. */
  probe(images: Tensor): Batch;
}

/** A network at its start: what PyTorch and the published code draw (HTDG_PRESETS 5.8). */
export function initialState(spec: NetworkSpec, stream: (tensorName: string) => RandomStream): NetworkState {
  const state = new Map<string, Tensor>();
  for (const [name, shape] of [...trainableShapes(spec), ...runningShapes(spec)]) {
    state.set(name, { shape, data: initialValues(name, shape, spec, stream(name)) });
  }
  return state;
}

function initialValues(
  name: string,
  shape: readonly number[],
  spec: NetworkSpec,
  stream: RandomStream,
): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  if (name.endsWith('conv.weight')) return stream.normal(size).map((value) => 0.02 * value);
  if (name.endsWith('norm.weight')) return stream.normal(size).map((value) => 1 + 0.02 * value);
  if (name.endsWith('conv.bias')) {
    const inputs = name.startsWith('block0') ? spec.inputChannels : spec.width;
    const bound = 1 / Math.sqrt(9 * inputs);
    return Float32Array.from({ length: size }, () => (2 * stream.uniform() - 1) * bound);
  }
  return new Float32Array(size).fill(name.endsWith('runningVariance') ? 1 : 0);
}
