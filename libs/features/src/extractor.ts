import type { OnnxGraph, Value } from '@fsad/onnx';
import type { Tensor } from '@fsad/tensors';

/** A feature map in an ONNX graph, float32 [1, channels, side, side]. */
export interface DrawnMap {
  readonly value: Value;
  readonly side: number;
  readonly channels: number;
}

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
  /** Adds what `extract` does to an ONNX graph, for square pixels [1, 3, side, side] in [-1, 1]; left out by networks that cannot be written so. */
  draw?(graph: OnnxGraph, pixels: Value, side: number): Promise<DrawnMap[]>;
  /** Frees the network; it must not be used afterwards. */
  dispose(): void;
}
