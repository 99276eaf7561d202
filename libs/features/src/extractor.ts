import type { Tensor } from '@fsad/tensors';

/** A pretrained network seen from outside: pictures in, feature maps out. */
export interface FeatureExtractor {
  /** Tells networks, their layers and their weights apart; belongs into fingerprints and models. */
  readonly identity: string;
  /** The side in pixels that the network insists on; null where any will do. */
  readonly side: number | null;
  /**
   * Feature maps [n, rows, columns, channels], one for each layer that was asked for, of pixels [n, h, w, 3] in [-1, 1].
   * @throws Error when the pixels are not of the shape the network takes.
   */
  extract(pixels: Tensor): Promise<Tensor[]>;
  /** Frees the network; it must not be used afterwards. */
  dispose(): void;
}
