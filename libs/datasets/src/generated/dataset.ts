import type { Image } from '@fsad/images';
import type { Dataset, TestItem } from '../dataset.ts';
import { sha256 } from '../digest.ts';
import { DatasetError, requireClass } from '../errors.ts';
import { DEFECT_KINDS, drawDefect, type DefectKind } from './defects.ts';
import { drawShape, SHAPE_NAMES, type ShapeName } from './shapes.ts';
import { drawSurface } from './surface.ts';

/** Raised when any generated pixel changes. */
const GENERATED_VERSION = 1;
const FINGERPRINT = sha256(`generated ${GENERATED_VERSION}`);
const CLASSES = ['surface', ...SHAPE_NAMES];
/** Pictures of each shape, and of good cloth and each defect; half the test cloth is damaged. */
const SHAPES = { train: 50, validation: 10, test: 20 };
const GOOD = { train: 50, validation: 15, test: 30 };
const DAMAGED = { validation: 5, test: 10 };

/**
 * The embedded default: pictures drawn by this project from named streams, no file needed. Class `surface` is a cloth
 * with scratches, spots and dents and their masks; the ten shapes are one another's anomalies.
 */
export function openGenerated(): Dataset {
  const numbered = (folder: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${folder}/${String(i).padStart(3, '0')}`);
  return {
    name: 'generated',
    classes: CLASSES,
    colour: 'rgb',
    options: {},
    fingerprint: FINGERPRINT,
    stamp: FINGERPRINT,
    warnings: [],
    taskOf(className) {
      requireClass('generated', CLASSES, className);
      return className === 'surface' ? 'defects' : 'one-class';
    },
    fingerprintOf(className) {
      requireClass('generated', CLASSES, className);
      return FINGERPRINT;
    },
    ids() {
      const partsOf = (className: string): string[] => [
        ...this.trainIds(className),
        ...(['validation', 'test'] as const).flatMap((subset) =>
          this.testItems(className, subset).flatMap(({ id }) => (id.startsWith(`${className}/`) ? [id] : [])),
        ),
      ];
      return CLASSES.flatMap(partsOf);
    },
    trainIds(className) {
      requireClass('generated', CLASSES, className);
      return numbered(`${className}/train/good`, className === 'surface' ? GOOD.train : SHAPES.train);
    },
    testItems(className, subset) {
      requireClass('generated', CLASSES, className);
      const items = (folder: string, count: number, kind: string, anomalous: boolean): TestItem[] =>
        numbered(folder, count).map((id) => ({
          id,
          anomalous,
          kind,
          hasMask: anomalous && className === 'surface',
        }));
      if (className === 'surface') {
        return ['good', ...DEFECT_KINDS].flatMap((kind) =>
          items(
            `surface/${subset}/${kind}`,
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
      return draw(id).image;
    },
    async mask(id) {
      return draw(id).mask;
    },
    async close() {},
  };
}

function draw(id: string): { image: Image; mask: Image | null } {
  const [, className, part, kind, digits] =
    /^([a-z]+)\/(train|validation|test)\/([a-z]+)\/(\d{3})$/.exec(id) ?? [];
  const known = CLASSES.includes(className) && Number(digits) < countOf(className, part, kind);
  if (!known) throw new DatasetError(`generated has no image "${id}"`);
  const stream = `datasets/generated/${GENERATED_VERSION}/${id}`;
  if (className !== 'surface') return { image: drawShape(stream, className as ShapeName), mask: null };
  if (kind === 'good') return { image: drawSurface(stream, null).image, mask: null };
  return drawSurface(stream, drawDefect(`${stream}/defect`, kind as DefectKind));
}

function countOf(className: string, part: string, kind: string): number {
  if (kind === 'good') return (className === 'surface' ? GOOD : SHAPES)[part as keyof typeof GOOD];
  const damaged = className === 'surface' && (DEFECT_KINDS as readonly string[]).includes(kind);
  return damaged ? (DAMAGED[part as keyof typeof DAMAGED] ?? 0) : 0;
}
