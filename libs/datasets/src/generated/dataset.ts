import type { Image } from '@fsad/images';
import type { Dataset, TestItem } from '../dataset.ts';
import { sha256 } from '../digest.ts';
import { requireClass } from '../errors.ts';
import {
  CLASSES,
  DAMAGED,
  damageable,
  DEFECTS,
  drawGenerated,
  GENERATED_VERSION,
  GOOD,
  PART_VERSION,
  SHAPES,
} from './draw.ts';
import { PART_SIDE } from './part.ts';
import { SHAPE_NAMES } from './shapes.ts';

const CLOTH_AND_SHAPES = sha256(`generated ${GENERATED_VERSION}`);

/**
 * The embedded default: pictures drawn by this project from named streams, no file needed. Class `surface` is a cloth
 * with scratches, spots and dents, class `part` a machined part with scratches, chips, stains and missing pieces, both
 * with masks; the ten shapes are one another's anomalies.
 *
 * @param side of the part's pictures, one of those its option takes; the others have one size.
 */
export function openGenerated(side = PART_SIDE): Dataset {
  const numbered = (folder: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${folder}/${String(i).padStart(3, '0')}`);
  const sized = side === PART_SIDE ? '' : ` ${side}`;
  const part = sha256(`generated part ${PART_VERSION}${sized}`);
  const fingerprint = sha256(`${CLOTH_AND_SHAPES} ${part}`);
  // A picture and its mask are drawn in one go, and mostly asked for one after the other.
  let last: { readonly id: string; readonly mask: Image | null } | null = null;
  return {
    name: 'generated',
    classes: CLASSES,
    colour: 'rgb',
    // Named only where it changes pixels, so that splits of the default keep their ids.
    options: sized ? { side: String(side) } : {},
    fingerprint,
    stamp: fingerprint,
    warnings: [],
    taskOf(className) {
      requireClass('generated', CLASSES, className);
      return damageable(className) ? 'defects' : 'one-class';
    },
    fingerprintOf(className) {
      requireClass('generated', CLASSES, className);
      return className === 'part' ? part : CLOTH_AND_SHAPES;
    },
    ids() {
      const idsOf = (className: string): string[] => [
        ...this.trainIds(className),
        ...(['validation', 'test'] as const).flatMap((subset) =>
          this.testItems(className, subset).flatMap(({ id }) => (id.startsWith(`${className}/`) ? [id] : [])),
        ),
      ];
      return CLASSES.flatMap(idsOf);
    },
    trainIds(className) {
      requireClass('generated', CLASSES, className);
      return numbered(`${className}/train/good`, damageable(className) ? GOOD.train : SHAPES.train);
    },
    testItems(className, subset) {
      requireClass('generated', CLASSES, className);
      const items = (folder: string, count: number, kind: string, anomalous: boolean): TestItem[] =>
        numbered(folder, count).map((id) => ({
          id,
          anomalous,
          kind,
          hasMask: anomalous && damageable(className),
        }));
      if (damageable(className)) {
        return ['good', ...DEFECTS[className]].flatMap((kind) =>
          items(
            `${className}/${subset}/${kind}`,
            (kind === 'good' ? GOOD : DAMAGED)[subset],
            kind,
            kind !== 'good',
          ),
        );
      }
      return SHAPE_NAMES.flatMap((shape) =>
        items(`${shape}/${subset}/good`, SHAPES[subset], shape, shape !== className),
      );
    },
    async image(id) {
      const { image, mask } = drawGenerated(id, side);
      last = { id, mask };
      return image;
    },
    async mask(id) {
      const { mask } = last?.id === id ? last : drawGenerated(id, side);
      last = null;
      return mask;
    },
    async close() {},
  };
}
