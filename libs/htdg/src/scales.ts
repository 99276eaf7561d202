import { augmentationTask, transformationTask, type PatchTask } from '@fsad/discriminator';
import type { NetworkSpec } from '@fsad/patch-network';
import type { PyramidSettings } from '@fsad/pyramid';
import { colourTransforms, greyTransforms, planCopies, rotations, type Transform } from '@fsad/transforms';
import type { HtdgConfig } from './config.ts';

/** One scale as the configuration and its variant define it. */
export interface ScalePlan {
  readonly side: number;
  readonly task: PatchTask;
  readonly discriminator: NetworkSpec;
  /** Null in the ablation without generator. */
  readonly generator: NetworkSpec | null;
}

/** The pyramid of a configuration; the ablations of one scale replace its sizes (docs/presets.md#12.d). */
export function pyramidOf({ variant, pyramid }: HtdgConfig): PyramidSettings {
  if (variant !== 'single-scale-100' && variant !== 'single-scale-20') return pyramid;
  const side = variant === 'single-scale-100' ? 100 : 20;
  return { ...pyramid, sizes: [side], inputSide: Math.max(pyramid.inputSide, side) };
}

/** The transformations of a configuration: all 54 (RGB) or 42 (grey), or the four rotations. */
export function transformsOf({ transforms }: HtdgConfig, colour: 'grey' | 'rgb'): readonly Transform[] {
  if (transforms.set === 'rotations') return rotations;
  return colour === 'grey' ? greyTransforms : colourTransforms;
}

/**
 * The scales of a configuration, coarsest first.
 * @throws RangeError when there are fewer widths than scales.
 */
export function planScales(config: HtdgConfig, colour: 'grey' | 'rgb'): ScalePlan[] {
  const { sizes } = pyramidOf(config);
  const { padding, widths } = config.network;
  if (widths.length < sizes.length) {
    throw new RangeError(`network.widths has ${widths.length} entries for ${sizes.length} scales`);
  }
  return sizes.map((side, n) => {
    const task = taskOf(config, side, colour);
    const width = widths[n];
    return {
      side,
      task,
      discriminator: { inputChannels: 3, width, outputChannels: task.outputs, padding },
      generator:
        config.variant === 'no-generator' ? null : { inputChannels: 4, width, outputChannels: 3, padding },
    };
  });
}

function taskOf(config: HtdgConfig, side: number, colour: 'grey' | 'rgb'): PatchTask {
  const { shift, sharing } = config.transforms;
  const transforms = transformsOf(config, colour);
  const [identity] = rotations;
  switch (config.variant) {
    case 'augmentation':
      return augmentationTask(transforms, planCopies([identity], side, shift, 'separate'));
    case 'no-transformations':
      return transformationTask(planCopies([identity], side, shift, 'separate'), config.fakeClass);
    case 'no-generator':
      return transformationTask(planCopies(transforms, side, shift, sharing), 'none');
    default:
      return transformationTask(planCopies(transforms, side, shift, sharing), config.fakeClass);
  }
}
