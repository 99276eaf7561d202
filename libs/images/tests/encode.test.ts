import { expect, it } from 'vitest';
import { encodePng, withChannels } from '../src/index.ts';

it('refuses pixels that do not fill the picture', async () => {
  await expect(encodePng({ width: 2, height: 2, channels: 3, data: new Uint8Array(4) })).rejects.toThrow(
    /12 bytes, got 4/,
  );
});

it('turns grey into three equal channels and colour into its BT.601 luma', () => {
  const grey = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(3, 250) };
  expect(withChannels(grey, 3).data).toEqual(Uint8Array.of(3, 3, 3, 250, 250, 250));
  expect(withChannels(withChannels(grey, 3), 1)).toEqual(grey);
  const red = { width: 1, height: 1, channels: 3 as const, data: Uint8Array.of(255, 0, 0) };
  expect(withChannels(red, 1).data[0]).toBe(76);
});
