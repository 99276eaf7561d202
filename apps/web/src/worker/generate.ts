import { drawGenerated } from '@fsad/datasets/generated';
import type { Drawn } from '../messages.ts';
import { pngOf } from '../pictures/draw.ts';

const DEFECTS = { surface: ['scratch', 'spot', 'dent'], part: ['scratch', 'chip', 'stain', 'missing'] };

/** Good pictures to learn from; and to check good ones, and some of each defect. */
const GOOD = { surface: 1, part: 3 };
const CHECK = { good: 4, defect: 2 };

/** Pictures to try the page with, none of which is anybody's. */
export async function generate(
  kind: 'surface' | 'part',
): Promise<{ readonly good: Drawn[]; readonly check: Drawn[] }> {
  const draw = async (id: string): Promise<Drawn> => {
    const { image } = drawGenerated(id);
    return { name: `${id.split('/').slice(2).join('-')}.png`, file: await pngOf(image) };
  };
  const numbered = (folder: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${kind}/${folder}/${String(i).padStart(3, '0')}`);
  const good = numbered('train/good', GOOD[kind]);
  const toCheck = [
    ...numbered('test/good', CHECK.good),
    ...DEFECTS[kind].flatMap((defect) => numbered(`test/${defect}`, CHECK.defect)),
  ];
  return { good: await Promise.all(good.map(draw)), check: await Promise.all(toCheck.map(draw)) };
}
