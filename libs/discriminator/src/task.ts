import type { Batch } from '@fsad/patch-network';
import type { CopyPlan } from '@fsad/transforms';
import type { RandomStream, Tensor, Workspace } from '@fsad/tensors';

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
  /** Copies to train on; `stream` opens the randomness of this one draw. With a `workspace` they last until the next ones of it. */
  copies(images: Tensor, stream: () => RandomStream, workspace?: Workspace): Copies;
  /** How the copies to score lie on canvases. */
  readonly probePlan: CopyPlan;
  /** Copies to score, labelled with what a normal patch would be. */
  probe(images: Tensor): Batch;
}
