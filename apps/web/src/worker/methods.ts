import type { DetectorMethod } from '@fsad/detector';
import { method as htdg } from '@fsad/htdg';
import { method as patchcore } from '@fsad/patchcore';
import type { MethodName } from '../messages.ts';

/** A method of this page, and the preset it learns pictures of one's own with. */
interface Offered {
  readonly method: DetectorMethod<unknown>;
  readonly preset: string;
}

export const METHODS: Readonly<Record<MethodName, Offered>> = {
  patchcore: { method: patchcore as DetectorMethod<unknown>, preset: patchcore.defaultPreset },
  htdg: { method: htdg as DetectorMethod<unknown>, preset: 'fast-rotations' },
};

/** @throws Error naming what the page can open. */
export function offered(name: string): Offered {
  if (Object.hasOwn(METHODS, name)) return METHODS[name as MethodName];
  throw new Error(
    `the page opens models of ${Object.keys(METHODS).join(' and ')}, this is one of ${name}: score with it by the command line`,
  );
}
