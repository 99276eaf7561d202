import { describe, expect, it } from 'vitest';
import type { Image } from '@fsad/images';
import { blend } from '../tuning/drawn/sets.ts';
import { damageWire, WIRE_DAMAGE } from '../tuning/drawn/wires.ts';

const side = 96;
const mesh: Image = {
  width: side,
  height: side,
  channels: 1,
  data: Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    return 110 + 50 * Math.sin(x) * Math.cos(y);
  }),
};
const changed = ({ data }: Image): number => data.filter((level, i) => level !== mesh.data[i]).length;

describe.each(WIRE_DAMAGE)('%s wire', (kind) => {
  it('is damaged at one place, by its name alone', () => {
    const damaged = damageWire(mesh, kind, 'a');
    expect(changed(damaged)).toBeGreaterThan(10);
    expect(changed(damaged)).toBeLessThan(0.2 * side * side);
    expect(damageWire(mesh, kind, 'a')).toEqual(damaged);
    expect(damageWire(mesh, kind, 'b')).not.toEqual(damaged);
  });
});

it('damage has the strength that is asked for', () => {
  const damaged = damageWire(mesh, 'metal', 'a');
  expect(blend(mesh, damaged, 0).data).toEqual(mesh.data);
  expect(blend(mesh, damaged, 1).data).toEqual(damaged.data);
  const at = damaged.data.findIndex((level, i) => Math.abs(level - mesh.data[i]) > 40);
  expect(blend(mesh, damaged, 0.5).data[at]).toBeCloseTo((mesh.data[at] + damaged.data[at]) / 2, -0.5);
});
