import type { Image } from '@fsad/images';
import type { Dataset, TestItem } from '../dataset.ts';
import { sha256 } from '../digest.ts';
import { DatasetError, requireClass } from '../errors.ts';
import { DEFECT_KINDS, drawDefect, type DefectKind } from './defects.ts';
import { drawShape, SHAPE_NAMES, type ShapeName } from './shapes.ts';
import { drawPart, PART_SIDE } from './part.ts';
import { drawPartDefect, PART_DEFECTS, type PartDefectKind } from './part-defects.ts';
import { drawSurface } from './surface.ts';

/** Raised when any pixel of the surface or the shapes changes, and of the part. */
const GENERATED_VERSION = 1;
const PART_VERSION = 3;
const CLOTH_AND_SHAPES = sha256(`generated ${GENERATED_VERSION}`);
const DEFECTS = { surface: DEFECT_KINDS, part: PART_DEFECTS } as const satisfies Record<
  string,
  readonly string[]
>;
type Damageable = keyof typeof DEFECTS;
const CLASSES = [...(Object.keys(DEFECTS) as Damageable[]), ...SHAPE_NAMES];
/** Pictures of each shape, and of good cloth or parts and each defect. */
const SHAPES = { train: 50, validation: 10, test: 20 };
const GOOD = { train: 50, validation: 15, test: 30 };
const DAMAGED = { validation: 5, test: 10 };

/** Sides of the part's pictures in pixels, the default first. */
export const PART_SIDES = [PART_SIDE, 512, 1024, 2048, 4096];

/**
 * The embedded default: pictures drawn by this project from named streams, no file needed. Class `surface` is a cloth
 * with scratches, spots and dents, class `part` a machined part with scratches, chips, stains and missing pieces, both
 * with masks; the ten shapes are one another's anomalies.
 *
 * @param side of the part's pictures, one of `PART_SIDES`; the others have one size.
 */
export function openGenerated(side = PART_SIDE): Dataset {
  const numbered = (folder: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${folder}/${String(i).padStart(3, '0')}`);
  const sized = side === PART_SIDE ? '' : ` ${side}`;
  const part = sha256(`generated part ${PART_VERSION}${sized}`);
  const fingerprint = sha256(`${CLOTH_AND_SHAPES} ${part}`);
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
      return draw(id, side).image;
    },
    async mask(id) {
      return draw(id, side).mask;
    },
    async close() {},
  };
}

const damageable = (className: string | undefined): className is Damageable =>
  className !== undefined && className in DEFECTS;

function draw(id: string, side: number): { image: Image; mask: Image | null } {
  const [, className, subset, kind, digits] =
    /^([a-z]+)\/(train|validation|test)\/([a-z]+)\/(\d{3})$/.exec(id) ?? [];
  const known = CLASSES.includes(className as never) && Number(digits) < countOf(className, subset, kind);
  if (!known) throw new DatasetError(`generated has no image "${id}"`);
  const version = className === 'part' ? PART_VERSION : GENERATED_VERSION;
  const stream = `datasets/generated/${version}/${id}`;
  if (!damageable(className)) return { image: drawShape(stream, className as ShapeName), mask: null };
  const good = kind === 'good';
  const defects = `${stream}/defect`;
  const drawn =
    className === 'part'
      ? drawPart(stream, good ? null : drawPartDefect(defects, kind as PartDefectKind), side)
      : drawSurface(stream, good ? null : drawDefect(defects, kind as DefectKind));
  return good ? { ...drawn, mask: null } : drawn;
}

function countOf(className: string, subset: string, kind: string): number {
  if (kind === 'good') return (damageable(className) ? GOOD : SHAPES)[subset as keyof typeof GOOD];
  const damaged = damageable(className) && (DEFECTS[className] as readonly string[]).includes(kind);
  return damaged ? (DAMAGED[subset as keyof typeof DAMAGED] ?? 0) : 0;
}
