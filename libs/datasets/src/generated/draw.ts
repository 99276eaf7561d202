import type { Image } from '@fsad/images';
import { DatasetError } from '../errors.ts';
import { DEFECT_KINDS, drawDefect, type DefectKind } from './defects.ts';
import { drawShape, SHAPE_NAMES, type ShapeName } from './shapes.ts';
import { drawPart, PART_SIDE } from './part.ts';
import { drawPartDefect, PART_DEFECTS, type PartDefectKind } from './part-defects.ts';
import { drawSurface } from './surface.ts';

/** Raised when any pixel of the surface or the shapes changes, and of the part. */
export const GENERATED_VERSION = 1;
export const PART_VERSION = 3;
export const DEFECTS = { surface: DEFECT_KINDS, part: PART_DEFECTS } as const satisfies Record<
  string,
  readonly string[]
>;
export type Damageable = keyof typeof DEFECTS;
export const CLASSES = [...(Object.keys(DEFECTS) as Damageable[]), ...SHAPE_NAMES];
/** Pictures of each shape, and of good cloth or parts and each defect. */
export const SHAPES = { train: 50, validation: 10, test: 20 };
export const GOOD = { train: 50, validation: 15, test: 30 };
export const DAMAGED = { validation: 5, test: 10 };

export const damageable = (className: string | undefined): className is Damageable =>
  className !== undefined && className in DEFECTS;

/** A picture and, of a damaged one, its mask. @throws DatasetError for an id that is none. */
export function drawGenerated(id: string, side = PART_SIDE): { image: Image; mask: Image | null } {
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
