import { Workspace, type Tensor } from '@fsad/tensors';
import { generate, type GeneratorScale, type GeneratorSettings } from './generate.ts';

/** Brings a generated image of scale n - 1 to the side of scale n (Sec. 3.1, the arrow). */
export type Upsample = (image: Tensor, toScale: number) => Tensor;

/** The finished generators G^0 .. G^(n-1), frozen, coarsest first. */
export class Hierarchy {
  readonly scales: readonly GeneratorScale[];
  readonly settings: GeneratorSettings;
  readonly upsample: Upsample;
  readonly #workspace = new Workspace();

  constructor(scales: readonly GeneratorScale[], settings: GeneratorSettings, upsample: Upsample) {
    this.scales = scales;
    this.settings = settings;
    this.upsample = upsample;
  }

  /** A random sample of every scale, coarsest first; `noise(n)` gives z^n, [k, S, S, 3], and is called in that order. */
  async sample(noise: (scale: number) => Tensor): Promise<Tensor[]> {
    return this.climb(noise);
  }

  /** The reconstruction of every scale from the fixed noise (Eq. 15, 16). */
  async reconstruct(): Promise<Tensor[]> {
    return this.climb((n) => this.scales[n].fixedNoise);
  }

  private async climb(noise: (scale: number) => Tensor | null): Promise<Tensor[]> {
    const images: Tensor[] = [];
    for (const [n, scale] of this.scales.entries()) {
      const previous = n === 0 ? null : this.upsample(images[n - 1], n);
      images.push(await generate(scale, noise(n), previous, this.settings, 'frozen', this.#workspace));
    }
    return images;
  }
}
