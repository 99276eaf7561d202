import { openDataset } from '@fsad/datasets';
import type { Image } from '@fsad/images';
import { DEFECT_KINDS, drawDefect } from '../../../libs/datasets/src/generated/defects.ts';
import { drawPart } from '../../../libs/datasets/src/generated/part.ts';
import { drawPartDefect, PART_DEFECTS } from '../../../libs/datasets/src/generated/part-defects.ts';
import { drawSurface } from '../../../libs/datasets/src/generated/surface.ts';
import { damageWire, WIRE_DAMAGE } from './wires.ts';

/** Pictures to choose settings by: drawn ones under names that no test picture has, or good training pictures with damage drawn into them. */
export interface DrawnSet {
  /** One training picture a draw. */
  readonly train: readonly Image[];
  readonly test: readonly { readonly image: Image; readonly anomalous: boolean }[];
}

/** Training pictures of each set. */
export const DRAWS = 4;

/** @param strength of the damage; below 1 a damaged picture is so much of it and the rest of the same picture undamaged. */
export const drawnSets: Record<string, (data: string, strength: number) => Promise<DrawnSet>> = {
  /** The generated cloth, under other names. */
  surface: (_, strength) => {
    const cloth = (name: string): Image => drawSurface(`tuning/${name}`, null).image;
    const damaged = Array.from({ length: 90 }, (_, i) => {
      const [name, kind] = [`damaged/${i}`, DEFECT_KINDS[i % DEFECT_KINDS.length]];
      const { image } = drawSurface(`tuning/${name}`, drawDefect(`tuning/${name}`, kind));
      return blend(cloth(name), image, strength);
    });
    return Promise.resolve({
      train: Array.from({ length: DRAWS }, (_, i) => cloth(`train/${i}`)),
      test: setOf(
        Array.from({ length: 90 }, (_, i) => cloth(`good/${i}`)),
        damaged,
      ),
    });
  },
  /** The generated part, under other names. */
  part: (_, strength) => {
    const part = (name: string): Image => drawPart(`tuning/${name}`, null).image;
    const damaged = Array.from({ length: 60 }, (_, i) => {
      const [name, kind] = [`damaged/${i}`, PART_DEFECTS[i % PART_DEFECTS.length]];
      const { image } = drawPart(`tuning/${name}`, drawPartDefect(`tuning/${name}`, kind));
      return blend(part(name), image, strength);
    });
    return Promise.resolve({
      train: Array.from({ length: DRAWS }, (_, i) => part(`train/${i}`)),
      test: setOf(
        Array.from({ length: 60 }, (_, i) => part(`good/${i}`)),
        damaged,
      ),
    });
  },
  /** Training pictures of MVTec AD's grid: some to learn from, some good, some with what happens to wire drawn into them. */
  wires: async (data, strength) => {
    const dataset = await openDataset('mvtec', { path: data });
    const ids = dataset.trainIds('grid');
    const pictures = await Promise.all(ids.map((id) => dataset.image(id)));
    await dataset.close();
    const rest = pictures.slice(DRAWS);
    const good = rest.filter((_, i) => i % 2 === 0).slice(0, 90);
    const damaged = rest
      .filter((_, i) => i % 2 === 1)
      .slice(0, 100)
      .map((image, i) => {
        const kind = WIRE_DAMAGE[i % WIRE_DAMAGE.length];
        return blend(image, damageWire(image, kind, `tuning/wires/${i}`), strength);
      });
    return { train: pictures.slice(0, DRAWS), test: setOf(good, damaged) };
  },
};

function setOf(good: readonly Image[], damaged: readonly Image[]): DrawnSet['test'] {
  return [
    ...good.map((image) => ({ image, anomalous: false })),
    ...damaged.map((image) => ({ image, anomalous: true })),
  ];
}

/** A picture with so much of its damage. */
export function blend(good: Image, damaged: Image, strength: number): Image {
  return {
    ...good,
    data: good.data.map((level, i) => Math.round(level + strength * (damaged.data[i] - level))),
  };
}
